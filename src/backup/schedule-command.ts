import { changeCommand } from '../operation/change-command.ts';

/** `dbctl backup schedule`: timers as BACKUP_SCHEDULE_* say, and when each runs next. */
export const backupSchedule = changeCommand({
  needs: 'backup',
  run: async ({ cluster, backup, ...access }) =>
    (await import('./schedule-plan.ts')).scheduleBackups(cluster, backup, access),
  text: async ({ schedule }) => (await import('./schedule-text.ts')).scheduleText(schedule),
  json: ({ schedule }) => ({ schedule }),
});
