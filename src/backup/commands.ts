import type { Listed } from '../kit/listed.ts';

export const backupCommands: readonly Listed[] = [
  {
    name: 'backup',
    group: 'Backups and certificates:',
    about: 'Backups with pgBackRest: set up, run, check, restore, drill',
    children: [
      {
        name: 'setup',
        about: 'Set up backups and make the first one; safe to run again',
        complete: async () => (await import('./setup-command.ts')).backupSetup,
      },
      {
        name: 'run',
        about: 'Make a backup now',
        complete: async () => (await import('./run-command.ts')).backupRun,
      },
      {
        name: 'info',
        about: 'Show the backups, the WAL and the time range that can be restored',
        complete: async () => (await import('./info-command.ts')).backupShow,
      },
      {
        name: 'check',
        about: 'Check that everything can be restored; for people and monitoring',
        complete: async () => (await import('./check/check-command.ts')).backupCheckCommand,
      },
      {
        name: 'verify',
        about: 'Read every file of the repository and report damage',
        complete: async () => (await import('./verify-command.ts')).backupVerify,
      },
      {
        name: 'drill',
        about: 'Restore into a scratch directory, check the result, and remove it',
        complete: async () => (await import('./drill/drill-command.ts')).backupDrill,
      },
      {
        name: 'schedule',
        about: 'Set up the timers for backups and drills, and show when they run',
        complete: async () => (await import('./schedule-command.ts')).backupSchedule,
      },
      {
        name: 'expire',
        about: 'Remove expired backups and WAL',
        complete: async () => (await import('./expire-command.ts')).backupExpire,
      },
    ],
  },
];
