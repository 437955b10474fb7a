import type { Listed } from '../kit/listed.ts';

export const walCommands: readonly Listed[] = [
  {
    name: 'explain',
    group: 'Observe:',
    about: 'Explain a state: what retains WAL on the disks, and for how long',
    children: [
      {
        name: 'wal',
        about: 'What retains WAL on each disk, when the disk is full, and what to do',
        complete: async () => (await import('./explain-wal-command.ts')).explainWalCommand,
      },
    ],
  },
];
