import { argument, flag, lostDiskFlag, option, position } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';
import { cloneFlags } from './add-replica-command.ts';

/** For commands that throw away a node's data. */
export const acceptLossFlag = option(
  '--accept-loss <lsn>',
  'lose what only this node has, after this position: the one that a refusal names',
  { read: position },
);

/** `dbctl reinit <node>`: a broken replica gets new data. */
export const reinit = changeCommand({
  needs: 'cluster',
  examples: {
    'dbctl reinit pg2': "its data is replaced by a copy of the primary's",
  },
  arguments: { name: argument('<node>', 'a replica of .env.cluster') },
  flags: {
    ...cloneFlags,
    delta: flag('--delta', 'restore from a backup in place: fetch only files that differ'),
    lostDisk: lostDiskFlag(),
    acceptLoss: acceptLossFlag,
  },
  yes: 'do not ask',
  run: async ({ cluster, args: { name }, flags, ...access }) =>
    (await import('./reinit-operation.ts')).reinitReplica(cluster, { name, ...flags }, access),
  text: async (made) => (await import('./replication-text.ts')).replicasText(made),
  json: async (made) => (await import('./replication-text.ts')).replicasJson(made),
  async verdict({ overridden }) {
    if (overridden) throw overridden;
  },
});
