// What may follow `dbctl lock`.

import type { Listed } from '../kit/listed.ts';

export const lockCommands: readonly Listed[] = [
  {
    name: 'status',
    about: 'Show which operation holds the lock of the cluster, who runs it and what it is doing',
    complete: async () => (await import('./status-command.ts')).lockStatus,
  },
  {
    name: 'release',
    about: 'Release the lock of a running operation; it stops before its next change',
    complete: async () => (await import('./release-command.ts')).lockRelease,
  },
];
