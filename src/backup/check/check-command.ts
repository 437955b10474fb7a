import { flag } from '../../kit/flags.ts';
import { lookCommand } from '../../kit/look-command.ts';

/** `dbctl backup check`: could everything be brought back? Answers with monitoring's exit codes. */
export const backupCheckCommand = lookCommand({
  needs: 'backup',
  flags: {
    deep: flag('--deep', 'also send a new WAL file and wait until it arrives (seconds, up to a minute)'),
  },
  help: 'Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.',
  run: async ({ cluster, backup, login, flags: { deep } }) =>
    (await import('./check-facts.ts')).checkBackups(cluster, backup, { ...login, deep }),
  text: async (check, { colour }) => (await import('./backup-check-text.ts')).backupCheckText(check, colour),
  exitCode: (check) => check.exitCode,
});
