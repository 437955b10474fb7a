import type { Listed } from '../kit/listed.ts';

export const restoreCommands: readonly Listed[] = [
  {
    name: 'backup',
    group: 'Backups and certificates:',
    children: [
      {
        name: 'restore',
        about: 'Restore the data of an earlier time into a separate server or in place',
        complete: async () => (await import('./restore-command.ts')).backupRestore,
      },
    ],
  },
];
