import { lookCommand } from '../kit/look-command.ts';

/** `dbctl lock status`: who changes the cluster now? */
export const lockStatus = lookCommand({
  needs: 'cluster',
  run: async ({ cluster, login }) => (await import('./lock-query.ts')).readHolder(cluster, login),
  text: async (holder, { cluster }) => (await import('./lock-text.ts')).lockText(cluster.name, holder),
  json: (holder) => ({
    isHeld: holder !== undefined,
    holder: holder ?? null,
  }),
});

/** `dbctl lock release`: ends the operation that has the lock, before its next change. */
export const lockRelease = lookCommand({
  needs: 'cluster',
  yes: 'do not ask',
  run: async ({ cluster, login, confirm }) =>
    (await import('./lock-query.ts')).releaseHeldLock(cluster, { login, confirm }),
  text: async (holder, { cluster }) => (await import('./lock-text.ts')).releasedText(cluster.name, holder),
  json: (holder) => ({ released: holder ?? null }),
});
