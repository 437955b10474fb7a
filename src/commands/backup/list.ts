// What may follow `dbctl backup`.

import type { Listed } from '../list.ts';

export const backupCommands: readonly Listed[] = [
  {
    name: 'setup',
    about: 'Set up backups as .env.cluster says, down to the first one; safe to run again',
    complete: async () => (await import('./setup.ts')).backupSetup,
  },
];
