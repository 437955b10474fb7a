import { changeCommand } from '../operation/change-command.ts';

/** `dbctl backup expire`: remove what PGBACKREST_RETENTION_* no longer keep. */
export const backupExpire = changeCommand({
  needs: 'backup',
  dryRun: 'show what would be removed; change nothing',
  run: async ({ cluster, backup, changeHosts }) =>
    (await import('./expire-plan.ts')).expireBackups(cluster, backup, changeHosts),
  text: ({ result }, { dryRun }) =>
    dryRun ? '' : result.changes.map(({ change }) => `${change}\n`).join(''),
});
