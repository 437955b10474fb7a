import type { Listed } from '../kit/listed.ts';

export const operationCommands: readonly Listed[] = [
  {
    name: 'history',
    group: 'Operations:',
    about: 'Show who changed what on the cluster, when, from where, and how it ended',
    complete: async () => (await import('./history-command.ts')).history,
  },
  {
    name: 'lock',
    group: 'Operations:',
    about: 'The lock of the cluster: one operation changes it at a time',
    children: [
      {
        name: 'status',
        about: 'Show which operation holds the lock of the cluster, who runs it and what it is doing',
        complete: async () => (await import('./lock-command.ts')).lockStatus,
      },
      {
        name: 'release',
        about: 'Release the lock of a running operation; it stops before its next change',
        complete: async () => (await import('./lock-command.ts')).lockRelease,
      },
    ],
  },
];
