import { restartFlag } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl backup setup`: from a running cluster to one whose data can be brought back. */
export const backupSetup = changeCommand({
  needs: 'leader and backup',
  flags: { restart: restartFlag() },
  run: async ({ cluster, backup, flags: { restart }, changeHosts }) =>
    (await import('./setup-plan.ts')).setUpBackups({ cluster, backup, restart }, changeHosts),
  async verdict({ overridden }) {
    if (overridden) throw overridden;
  },
});
