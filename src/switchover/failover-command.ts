import { option } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';
import { acceptLossFlag } from '../replication/reinit-command.ts';

/** `dbctl failover`: a replica leads in place of a primary that is gone. */
export const failover = changeCommand({
  needs: 'cluster',
  examples: {
    'dbctl failover --dry-run': 'who could take over from a primary that is gone, and what may be lost',
    'dbctl failover --candidate pg2 --accept-loss 0/3000148':
      'pg2 leads, without what came after that position',
  },
  flags: {
    candidate: option('--candidate <node>', 'who shall lead (default: the replica that has the most)'),
    acceptLoss: acceptLossFlag,
  },
  yes: 'do not ask before a replica is promoted',
  run: async ({ cluster, flags, ...access }) =>
    (await import('./failover-operation.ts')).failOver(cluster, flags, access),
  text: ({ to }, { dryRun }) => (dryRun ? '' : `${to} is the primary now\n`),
  json: ({ to }) => ({ leader: to }),
});
