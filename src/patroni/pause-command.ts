import { changeCommand } from '../operation/change-command.ts';

/** `dbctl pause`: no other node leads by itself until `dbctl resume`. */
export const pause = changeCommand({
  needs: 'cluster',
  examples: { 'dbctl pause': 'before work on the network, or on a host' },
  help: `PostgreSQL goes on. What stops meanwhile stays stopped: Patroni starts no server while it is paused.
\`dbctl up\` does what ENABLE_AUTO_FAILOVER says, and so ends a pause, unless that is false.`,
  run: async ({ cluster, ...access }) => (await import('./pause-plan.ts')).setPaused(cluster, true, access),
});

/** `dbctl resume`: Patroni acts by itself again. */
export const resume = changeCommand({
  needs: 'cluster',
  yes: 'do not ask, where no node leads and Patroni lets one lead at once',
  help: 'Where .env.cluster says ENABLE_AUTO_FAILOVER=false, the next `dbctl up` pauses it again.',
  run: async ({ cluster, ...access }) => (await import('./pause-plan.ts')).setPaused(cluster, false, access),
});
