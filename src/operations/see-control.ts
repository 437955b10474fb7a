import type { ControlSight, TimerSight } from '../cluster/backup-sight.ts';
import { backupTypes, storeOf, type Backup } from '../cluster/backup.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { pgbackrestFiles } from '../cluster/pgbackrest.ts';
import { repositoryReport, type RepositoryFacts } from '../cluster/repository-report.ts';
import { RefusedError } from '../errors.ts';
import type { ReadableHost } from '../remote/host.ts';
import { backupUnitTimed } from '../shell/backup-work.ts';
import { spaceAt } from '../shell/store.ts';
import { calendarInterval, timerState } from '../shell/timer.ts';
import { storeHealth } from '../steps/store-health.ts';
import { bucketLinks, impatient, serverLinks } from './broken-links.ts';
import { repositoryFacts } from './repository-facts.ts';

/** Everything that the control host knows about backups, asked at once. */
export async function seeControl(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<ControlSight> {
  // pgBackRest would try for half a minute what is known to fail.
  const bucket = await bucketLinks(cluster, backup, control);
  const isReachable = bucket.length === 0;
  const [facts, servers, space, timers] = await Promise.all([
    isReachable ? readFacts(cluster, backup, control) : unreachable,
    isReachable ? serverLinks(cluster, backup, control) : [],
    spaceOf(cluster, backup, control),
    Promise.all(seeTimers(cluster, backup, control)),
  ]);
  const name = { name: cluster.name, stanza: backup.stanza };
  return {
    repository: facts && {
      ...facts.info.status,
      report: repositoryReport(name, { ...facts, drills: [] }),
    },
    walNames: facts?.wal.map((file) => file.name) ?? [],
    brokenLinks: [...servers, ...bucket],
    space,
    timers: timers.flat(),
  };
}

const unreachable: Omit<RepositoryFacts, 'drills'> = {
  info: {
    status: { code: 99, message: 'the bucket cannot be reached or used' },
    cipher: 'none',
    running: undefined,
    repositories: [],
    databases: [],
    archives: [],
    backups: [],
  },
  wal: [],
  lineage: undefined,
};

async function readFacts(cluster: Cluster, backup: Backup, control: ReadableHost) {
  try {
    return await repositoryFacts(cluster, backup, control, impatient);
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

async function spaceOf(cluster: Cluster, backup: Backup, control: ReadableHost) {
  if (backup.repository.kind === 'posix') {
    return control.ask(spaceAt(pgbackrestFiles(cluster).repositoryDirectory));
  }
  const store = storeOf(backup);
  return store && storeHealth(cluster, store, control);
}

const seeTimers = (
  cluster: Cluster,
  { schedule }: Backup,
  control: ReadableHost,
): readonly Promise<TimerSight | readonly TimerSight[]>[] =>
  backupTypes.map(async (type) => {
    const calendar = schedule[type];
    if (calendar === undefined) return [];
    const unit = backupUnitTimed(cluster, type);
    const [state, intervalSeconds] = await Promise.all([
      control.ask(timerState(unit)),
      type === 'full' ? control.ask(calendarInterval(calendar)) : undefined,
    ]);
    const isRunning = state.isActive && state.isEnabled;
    return { type, unit, isRunning, lastResult: state.lastResult, intervalSeconds };
  });
