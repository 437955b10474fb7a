import { lookCommand } from '../kit/look-command.ts';

/** `dbctl lock release`: ends the operation that has the lock, before its next change. */
export const lockRelease = lookCommand({
  needs: 'cluster',
  yes: 'do not ask',
  run: async ({ cluster, login, confirm }) =>
    (await import('./release-lock.ts')).releaseHeldLock(cluster, { login, confirm }),
  text: async (holder, { cluster }) => (await import('./lock-text.ts')).releasedText(cluster.name, holder),
  json: (holder, { cluster }) => ({ cluster: cluster.name, released: holder ?? null }),
});
