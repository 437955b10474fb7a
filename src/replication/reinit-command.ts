import { argument, flag } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';
import { cloneFlags } from './add-replica-command.ts';

/** `dbctl reinit <node>`: a broken replica gets new data. */
export const reinit = changeCommand({
  needs: 'leader',
  arguments: { name: argument('<node>', 'a replica of .env.cluster') },
  flags: {
    ...cloneFlags,
    delta: flag('--delta', 'restore from a backup in place: fetch only files that differ'),
  },
  yes: 'do not ask',
  run: async ({ cluster, args: { name }, flags, ...access }) =>
    (await import('./reinit-operation.ts')).reinitReplica(cluster, { name, ...flags }, access),
  text: async (made) => (await import('./replication-text.ts')).replicasText(made),
  json: ({ replicas, isProtected }) => ({ replicas, isProtected }),
});
