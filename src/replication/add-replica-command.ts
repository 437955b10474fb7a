import { argument } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';
import { cloneFlags } from './clone-flags.ts';

/** `dbctl add-replica <host>…`: from plain hosts to replicas that stream. */
export const addReplica = changeCommand({
  needs: 'file',
  arguments: {
    names: argument(
      '[host...]',
      'a replica of .env.cluster, or a new one: [name=]host[:port], such as pg4=10.0.0.14',
    ),
  },
  flags: cloneFlags,
  run: async ({ file, args: { names }, flags, ...access }) =>
    (await import('./make-replicas.ts')).addReplicas(file, { names, ...flags }, access),
  text: async (made) => (await import('./replication-text.ts')).replicasText(made),
  json: ({ replicas, isProtected }) => ({ replicas, isProtected }),
});
