import type { Listed } from '../kit/listed.ts';

export const switchoverCommands: readonly Listed[] = [
  {
    name: 'switchover',
    group: 'Nodes:',
    about: 'Let a replica lead in place of the primary, without losing anything',
    complete: async () => (await import('./switchover-command.ts')).switchover,
  },
  {
    name: 'failover',
    group: 'Nodes:',
    about: 'Let a replica lead in place of a primary that is gone',
    complete: async () => (await import('./failover-command.ts')).failover,
  },
];
