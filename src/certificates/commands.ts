import type { Listed } from '../kit/listed.ts';

export const certificatesCommands: readonly Listed[] = [
  {
    name: 'certs',
    group: 'Backups and certificates:',
    about: 'Certificates: status and rotation',
    children: [
      {
        name: 'status',
        about: 'Show every certificate, in its file and on its port, and its problems',
        complete: async () => (await import('./status-command.ts')).certsStatus,
      },
      {
        name: 'rotate',
        about: 'Replace every certificate, or the CA as well, without a restart or a dropped connection',
        complete: async () => (await import('./rotate-command.ts')).certsRotate,
      },
    ],
  },
];
