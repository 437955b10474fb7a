import type { Backup, BackupType } from '../cluster/backup.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { Host, ReadableHost } from '../remote/host.ts';
import { timerState } from '../shell/timer.ts';
import { keepSchedule, timedBackups } from '../steps/schedule.ts';

export const backupSchedulePlan = (cluster: Cluster, backup: Backup, control: Host): readonly Stage[] => [
  onlyOn('Keep the schedule', control, () => keepSchedule(cluster, backup)),
];

/** One work of the schedule. Also the JSON of `dbctl backup schedule -o json`. */
export interface ScheduledRun {
  readonly type: BackupType;
  /** Of its timer and its service; without their endings. */
  readonly unit: string;
  readonly calendar: string | undefined;
  /** ISO 8601, UTC; undefined: never. */
  readonly nextAt: string | undefined;
  readonly lastAt: string | undefined;
  /** systemd's word: "success", "exit-code" … */
  readonly lastResult: string | undefined;
}

/** When everything that is scheduled on the control host runs next, and how it went last. */
export const scheduledRuns = (
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<readonly ScheduledRun[]> =>
  Promise.all(
    timedBackups(cluster, backup).map(async ({ type, name, calendar }) => {
      const { nextAt, lastAt, lastResult } = await control.ask(timerState(name));
      return { type, unit: name, calendar, nextAt: isoOf(nextAt), lastAt: isoOf(lastAt), lastResult };
    }),
  );

const isoOf = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
