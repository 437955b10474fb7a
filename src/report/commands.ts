import type { Listed } from '../kit/listed.ts';

export const reportCommands: readonly Listed[] = [
  {
    name: 'report',
    about: 'Collect a support bundle in one file, without secrets',
    complete: async () => (await import('./report-command.ts')).report,
  },
];
