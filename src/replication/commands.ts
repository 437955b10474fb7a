import type { Listed } from '../kit/listed.ts';

export const replicationCommands: readonly Listed[] = [
  {
    name: 'add-replica',
    group: 'Nodes:',
    about: 'Create replicas of the primary; without a name: every replica of .env.cluster',
    complete: async () => (await import('./add-replica-command.ts')).addReplica,
  },
  {
    name: 'remove-replica',
    group: 'Nodes:',
    about: 'Remove a replica from the cluster; its data is kept, or wiped',
    complete: async () => (await import('./remove-replica-command.ts')).removeReplica,
  },
  {
    name: 'reinit',
    group: 'Nodes:',
    about: 'Clone a broken replica again',
    complete: async () => (await import('./reinit-command.ts')).reinit,
  },
];
