// What restores add to `dbctl backup`.

import type { Listed } from '../kit/listed.ts';

export const restoreCommands: readonly Listed[] = [
  {
    name: 'restore',
    about: 'Bring back the data of an earlier time, beside the cluster or in its place',
    complete: async () => (await import('./restore-command.ts')).backupRestore,
  },
];
