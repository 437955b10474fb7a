// What may follow `dbctl backup`.

import type { Listed } from '../kit/listed.ts';

export const backupCommands: readonly Listed[] = [
  {
    name: 'setup',
    about: 'Set up backups as .env.cluster says, down to the first one; safe to run again',
    complete: async () => (await import('./setup-command.ts')).backupSetup,
  },
  {
    name: 'run',
    about: 'Make a backup now',
    complete: async () => (await import('./run-command.ts')).backupRun,
  },
  {
    name: 'info',
    about: 'Show what can be restored, to which second, and what there is',
    complete: async () => (await import('./info-command.ts')).backupShow,
  },
  {
    name: 'check',
    about: 'Check that everything could be brought back, for people and monitoring',
    complete: async () => (await import('./check/check-command.ts')).backupCheckCommand,
  },
  {
    name: 'verify',
    about: 'Read every file of the repository, and tell what is damaged',
    complete: async () => (await import('./verify-command.ts')).backupVerify,
  },
  {
    name: 'drill',
    about: 'Rehearse a restore beside the cluster, check what came back, and throw it away',
    complete: async () => (await import('./drill/drill-command.ts')).backupDrill,
  },
  {
    name: 'schedule',
    about: 'Keep the timers that make backups, as .env.cluster says, and show when they run',
    complete: async () => (await import('./schedule-command.ts')).backupSchedule,
  },
  {
    name: 'expire',
    about: 'Remove the backups and the WAL that are no longer kept',
    complete: async () => (await import('./expire-command.ts')).backupExpire,
  },
];
