import type { Command } from 'commander';
import { answer, carryOut, onHosts, withHostKeyFlag, type ChangeFlags } from '../change.ts';
import { commonFlags, withCommonFlags } from '../common.ts';

/** `dbctl backup schedule`: timers as BACKUP_SCHEDULE_* say, and when each runs next. */
export const backupSchedule = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .option('--dry-run', 'show what would change and touch nothing')
    .action(async (flags: ChangeFlags, command: Command) => {
      const { loadBackedUpCluster } = await import('../../config/load.ts');
      const { backupSchedulePlan, scheduledRuns } = await import('../../operations/backup-schedule.ts');
      const { scheduleText } = await import('../../ui/schedule-table.ts');
      const { cluster, backup } = loadBackedUpCluster(commonFlags(command).config);
      await onHosts(cluster, [cluster.control], flags, async (hosts) => {
        const control = hosts.get(cluster.control.name);
        const result = await carryOut(backupSchedulePlan(cluster, backup, control), flags);
        const runs = await scheduledRuns(cluster, backup, control);
        await answer(command, result, flags, { text: scheduleText(runs), json: { schedule: runs } });
      });
    });
