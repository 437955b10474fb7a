import { option } from '../kit/flags.ts';
import { backupTypes } from '../model/backup.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl backup run`: one backup more, now. */
export const backupRun = changeCommand({
  needs: 'leader and backup',
  examples: {
    'dbctl backup run --type full': 'before a risky migration',
  },
  flags: {
    type: option('--type <type>', 'full, diff (since the last full) or incr (since the last one)', {
      choices: backupTypes,
      otherwise: 'incr',
    }),
  },
  dryRun: 'show what would be made; change nothing',
  run: async ({ cluster, backup, flags: { type }, ...access }) =>
    (await import('./backup-plan.ts')).runBackup({ cluster, backup, type }, access),
  text: async ({ made }, { cluster }) =>
    made ? (await import('./backup-made-text.ts')).madeText({ cluster: cluster.name, made }) : '',
  json: ({ made }) => (made ? { backup: made } : {}),
  async verdict({ made }, { cluster, backup }) {
    if (made) (await import('./backup-plan.ts')).assertNoPageErrors(cluster, backup, made);
  },
});
