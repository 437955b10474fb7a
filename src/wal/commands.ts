// What may follow `dbctl explain`.

import type { Listed } from '../kit/listed.ts';

export const explainCommands: readonly Listed[] = [
  {
    name: 'wal',
    about: 'Who keeps how much WAL on which disk, how long that lasts, and what to do',
    complete: async () => (await import('./explain-wal-command.ts')).explainWalCommand,
  },
];
