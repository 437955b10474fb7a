import type { Command } from 'commander';
import { answer, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl backup schedule`: timers as BACKUP_SCHEDULE_* say, and when each runs next. */
export const backupSchedule = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .option('--dry-run', 'show what would change and touch nothing')
    .action(async (flags: ChangeFlags, command: Command) => {
      const { loadBackedUpCluster } = await import('../config/load.ts');
      const { loginEnvironment } = await import('../config/environment.ts');
      const { backupSchedulePlan, scheduledDrill, scheduledRuns } = await import('./schedule-plan.ts');
      const { scheduleText } = await import('./schedule-text.ts');
      const { cluster, backup } = loadBackedUpCluster(commonFlags(command).config);
      const place = { cluster, machines: [cluster.control], flags };
      await changeHosts(command, place, async ({ hosts, carryOut }) => {
        const control = hosts.get(cluster.control.name);
        const result = await carryOut(backupSchedulePlan(cluster, backup, control));
        const login = { ...loginEnvironment(), acceptHostKeys: flags.acceptHostKey };
        const runs = [
          ...(await scheduledRuns(cluster, backup, control)),
          ...(await scheduledDrill(cluster, backup, login)),
        ];
        await answer(command, result, flags, { text: scheduleText(runs), json: { schedule: runs } });
      });
    });
