import type { Listed } from '../kit/listed.ts';

export const reportCommands: readonly Listed[] = [
  {
    name: 'report',
    group: 'Observe:',
    about: 'Collect a support bundle in one file, without secrets',
    complete: async () => (await import('./report-command.ts')).report,
  },
];
