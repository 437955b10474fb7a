import type { ControlSight, TimerSight } from './backup-facts.ts';
import { backupTypes, storeOf, type Backup } from '../../model/backup.ts';
import type { Cluster } from '../../model/cluster.ts';
import { pgbackrestFiles } from '../pgbackrest.ts';
import { repositoryReport, type RepositoryFacts } from '../repository-report.ts';
import { RefusedError } from '../../model/errors.ts';
import type { ReadableHost } from '../../host/host.ts';
import { batchingHost } from '../../host/batching-host.ts';
import { backupUnitTimed } from '../backup-work-query.ts';
import { spaceAt } from '../../system/store.ts';
import { calendarInterval, timerStates } from '../../system/timer.ts';
import { storeHealth } from '../../store/store-health-step.ts';
import { bucketLinks, impatient, serverLinks } from './broken-links-facts.ts';
import { repositoryFacts } from '../repository-facts.ts';
import { seeCertificates } from './certificate-facts.ts';

/** Everything that the control host knows about backups, asked at once. */
export async function seeControl(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<ControlSight> {
  const host = batchingHost(control);
  const whole = Promise.all([readFacts(cluster, backup, host), serverLinks(cluster, backup, host)]);
  // pgBackRest tries for half a minute what the bucket's own test knows to fail: nobody waits for it then.
  whole.catch(() => {});
  const [bucket, space, timers, certificates] = await Promise.all([
    bucketLinks(cluster, backup, host),
    spaceOf(cluster, backup, host),
    seeTimers(cluster, backup, host),
    seeCertificates(cluster, cluster.control, host),
  ]);
  const [facts, servers] = bucket.length === 0 ? await whole : ([unreachable, []] as const);
  const name = { name: cluster.name, stanza: backup.stanza };
  return {
    repository: facts && {
      ...facts.info.status,
      report: repositoryReport(name, { ...facts, drills: [] }),
    },
    walNames: facts?.wal.map((file) => file.name) ?? [],
    brokenLinks: [...servers, ...bucket],
    space,
    timers,
    certificates,
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

async function seeTimers(
  cluster: Cluster,
  { schedule }: Backup,
  control: ReadableHost,
): Promise<readonly TimerSight[]> {
  const types = backupTypes.filter((type) => schedule[type] !== undefined);
  if (types.length === 0) return [];
  const units = types.map((type) => backupUnitTimed(cluster, type));
  const [states, fullSeconds] = await Promise.all([
    control.ask(timerStates(units)),
    schedule.full === undefined ? undefined : control.ask(calendarInterval(schedule.full)),
  ]);
  return types.map((type, index) => ({
    type,
    unit: units[index]!,
    isRunning: states[index]!.isActive && states[index]!.isEnabled,
    lastResult: states[index]!.lastResult,
    intervalSeconds: type === 'full' ? fullSeconds : undefined,
  }));
}
