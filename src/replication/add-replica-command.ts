import { argument, option, restartFlag } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** What add-replica and reinit have in common. */
export const cloneFlags = {
  restart: restartFlag(),
  from: option('--from <source>', 'where the data is copied from; auto takes the faster source', {
    choices: ['auto', 'primary', 'backup'],
    otherwise: 'auto',
  }),
};

/** `dbctl add-replica <host>…`: from plain hosts to replicas that stream. */
export const addReplica = changeCommand({
  needs: 'file',
  examples: {
    'dbctl add-replica pg4=10.0.0.14': 'a new one, which is written into .env.cluster too',
    'dbctl add-replica': 'every replica of .env.cluster that is missing',
  },
  arguments: {
    names: argument(
      '[host...]',
      'a replica of .env.cluster, or a new one: [name=]host[:port], such as pg4=10.0.0.14',
    ),
  },
  flags: cloneFlags,
  run: async ({ file, args: { names }, flags, ...access }) =>
    (await import('./make-replicas-operation.ts')).addReplicas(file, { names, ...flags }, access),
  text: async (made) => (await import('./replication-text.ts')).replicasText(made),
  json: async (made) => (await import('./replication-text.ts')).replicasJson(made),
  async verdict({ overridden }) {
    if (overridden) throw overridden;
  },
});
