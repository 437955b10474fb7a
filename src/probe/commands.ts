import type { Listed } from '../kit/listed.ts';

export const probeCommands: readonly Listed[] = [
  {
    name: 'probe',
    group: 'Observe:',
    aliases: ['check-cluster-dbs'],
    about: 'Check every node and every role over the PostgreSQL protocol (no SSH)',
    complete: async () => (await import('./probe-command.ts')).probe,
  },
];
