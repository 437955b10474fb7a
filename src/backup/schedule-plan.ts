import type { Backup, BackupType } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { drillFiles, scheduledDrillNode } from './drill/drill.ts';
import { onlyOn } from '../engine/run-plan.ts';
import type { ReadableHost } from '../host/host.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { timerState, type TimerState } from '../system/timer.ts';
import { ensureSchedule, timedBackups } from './schedule-step.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import { isoTime } from '../model/units.ts';

/** Answers what is scheduled, and what of that was changed. */
export const scheduleBackups = (
  cluster: Cluster,
  backup: Backup,
  { changeHosts, login }: Pick<ChangeAccess, 'changeHosts' | 'login'>,
) =>
  changeHosts(cluster, [cluster.control], async ({ hosts, carryOut }) => {
    const control = hosts.get(cluster.control.name);
    const plan = [onlyOn('Set up the backup timers', control, () => ensureSchedule(cluster, backup))];
    const result = await carryOut(plan);
    const runs = await scheduledRuns(cluster, backup, control);
    return { result, schedule: [...runs, ...(await scheduledDrill(cluster, backup, login))] };
  });

/** One work of the schedule. Also the JSON of `dbctl backup schedule -o json`. */
export interface ScheduledRun {
  readonly type: BackupType | 'drill';
  /** Where it runs, by name. */
  readonly host: string;
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
const scheduledRuns = (
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<readonly ScheduledRun[]> =>
  Promise.all(
    timedBackups(cluster, backup).map(async ({ type, name, calendar }) => {
      const state = await control.ask(timerState(name));
      return { type, host: control.name, unit: name, calendar, ...timesOf(state) };
    }),
  );

/** The same about the restore drill, on the host that rehearses; nothing when that one cannot be asked. */
async function scheduledDrill(
  cluster: Cluster,
  { schedule }: Backup,
  options: LoginOptions,
): Promise<readonly ScheduledRun[]> {
  const unit = drillFiles(cluster).scheduledUnit;
  const asked = await askMachines(cluster, [scheduledDrillNode(cluster)], options, (host) =>
    host.ask(timerState(unit)),
  );
  return asked.flatMap(({ machine, answer }) => {
    if (answer === undefined) return [];
    return { type: 'drill', host: machine.name, unit, calendar: schedule.drill, ...timesOf(answer) };
  });
}

const timesOf = ({ nextAt, lastAt, lastResult }: TimerState) => ({
  nextAt: isoTime(nextAt) ?? undefined,
  lastAt: isoTime(lastAt) ?? undefined,
  lastResult,
});
