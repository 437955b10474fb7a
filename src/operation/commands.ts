// What may follow `dbctl lock`.

import type { Listed } from '../kit/listed.ts';

export const lockCommands: readonly Listed[] = [
  {
    name: 'status',
    about: 'Show which operation has the lock of the cluster, whose it is, and what it does now',
    complete: async () => (await import('./status-command.ts')).lockStatus,
  },
  {
    name: 'release',
    about: 'Take the lock away from the operation that has it; it stops before its next change',
    complete: async () => (await import('./release-command.ts')).lockRelease,
  },
];
