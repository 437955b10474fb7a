import { argument, flag } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';
import { acceptLossFlag } from './reinit-command.ts';

/** `dbctl remove-replica <host>`: from a replica to a host that has nothing to do with the cluster. */
export const removeReplica = changeCommand({
  needs: 'cluster',
  examples: {
    'dbctl remove-replica pg3': 'its server stops, its data stays',
    'dbctl remove-replica pg3 --wipe': 'its data goes too',
  },
  arguments: { name: argument('<host>', 'a replica of .env.cluster') },
  flags: {
    wipe: flag('--wipe', 'remove its data as well, instead of keeping it'),
    acceptLoss: acceptLossFlag,
    dead: flag('--dead', 'its host is gone: do not connect to it'),
  },
  yes: 'do not ask',
  run: async ({ cluster, args, flags, ...access }) =>
    (await import('./remove-replica-operation.ts')).removeReplicaFrom(cluster, { ...args, ...flags }, access),
  text: async ({ removal, node, primary }, { dryRun }) =>
    dryRun ? '' : (await import('./removal-text.ts')).removalText(removal, node, primary),
  json: ({ removal }) => ({ removal }),
});
