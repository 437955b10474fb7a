import type { Listed } from '../kit/listed.ts';

export const upCommands: readonly Listed[] = [
  {
    name: 'plan',
    group: 'Set up:',
    about: 'Show what up would change, line by line; changes nothing',
    complete: async () => (await import('./plan-command.ts')).plan,
  },
  {
    name: 'up',
    group: 'Set up:',
    about: 'Bring the whole cluster to the state that .env.cluster describes',
    complete: async () => (await import('./up-command.ts')).up,
  },
];
