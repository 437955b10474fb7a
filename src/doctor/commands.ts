import type { Listed } from '../kit/listed.ts';

export const doctorCommands: readonly Listed[] = [
  {
    name: 'doctor',
    group: 'Set up:',
    about: 'Check every host and every network link before anything is changed',
    complete: async () => (await import('./doctor-command.ts')).doctor,
  },
];
