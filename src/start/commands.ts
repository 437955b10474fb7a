import type { Listed } from '../kit/listed.ts';

export const startCommands: readonly Listed[] = [
  {
    name: 'init-primary',
    group: 'Nodes:',
    about: 'Set up the primary of .env.cluster on its host',
    complete: async () => (await import('./init-primary-command.ts')).initPrimary,
  },
  {
    name: 'start',
    group: 'Nodes:',
    about: 'Start nodes that do not run: the primary first, each replica confirmed streaming',
    complete: async () => (await import('./start-command.ts')).start,
  },
  {
    name: 'restart',
    group: 'Nodes:',
    about: 'Restart nodes: replicas one by one, each confirmed streaming before the next, the primary last',
    complete: async () => (await import('./restart-command.ts')).restart,
  },
];
