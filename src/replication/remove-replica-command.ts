import { argument, flag } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl remove-replica <host>`: from a replica to a host that has nothing to do with the cluster. */
export const removeReplica = changeCommand({
  needs: 'leader',
  arguments: { name: argument('<host>', 'a replica of .env.cluster') },
  flags: {
    wipe: flag('--wipe', 'remove its data as well, instead of keeping it'),
    dead: flag('--dead', 'its host is gone: do not connect to it'),
  },
  yes: 'do not ask',
  run: async ({ cluster, args, flags, ...access }) =>
    (await import('./remove-replica-operation.ts')).removeReplicaFrom(cluster, { ...args, ...flags }, access),
  text: async ({ removal, node }, { cluster, dryRun }) =>
    dryRun ? '' : (await import('./removal-text.ts')).removalText(removal, node, cluster),
  json: ({ removal }) => ({ removal }),
});
