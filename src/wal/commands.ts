// What may follow `dbctl explain`.

import type { Listed } from '../kit/listed.ts';

export const explainCommands: readonly Listed[] = [
  {
    name: 'wal',
    about: 'What retains WAL on each disk, when the disk is full, and what to do',
    complete: async () => (await import('./explain-wal-command.ts')).explainWalCommand,
  },
];
