import type { Listed } from '../kit/listed.ts';

export const labCommands: readonly Listed[] = [
  {
    name: 'lab',
    about: 'Real Debian hosts on this machine, to try, learn and test',
    complete: async () => (await import('./lab-command.ts')).lab,
  },
];
