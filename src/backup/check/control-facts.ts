import type { ControlFacts, TimerFacts } from './backup-facts.ts';
import { backupTypes, storeOf, type Backup } from '../../model/backup.ts';
import type { Cluster } from '../../model/cluster.ts';
import { pgbackrestFiles } from '../pgbackrest.ts';
import { unreadable } from '../backup-info.ts';
import type { RepositoryFacts } from '../repository-report.ts';
import { RefusedError } from '../../model/errors.ts';
import type { ReadableHost } from '../../host/host.ts';
import { batchingHost } from '../../host/batching-host.ts';
import { backupUnitTimed } from '../backup-work-query.ts';
import { spaceAt } from '../../system/store.ts';
import { calendarInterval, timerStates } from '../../system/timer.ts';
import { storeHealth } from '../../store/store-health-step.ts';
import { readBackupRuns } from '../backup-runs-facts.ts';
import { bucketLinks, ioTimeout2s, serverLinks } from './broken-links-facts.ts';
import { repositoryFacts } from '../repository-facts.ts';
import { readCertificateFacts } from './certificate-facts.ts';

/** The same before it is known who leads, and what drills met: what the repository itself says is still to be judged. */
export type ControlAnswer = Omit<ControlFacts, 'repository'> & {
  readonly repository:
    | {
        readonly code: number;
        readonly message: string;
        readonly facts: Omit<RepositoryFacts, 'drills' | 'leaderTimeline'> | undefined;
      }
    | undefined;
};

/** Everything that the control host knows about backups, asked at once. */
export async function readControlFacts(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<ControlAnswer> {
  const host = batchingHost(control);
  const whole = Promise.all([readRepository(cluster, backup, host), serverLinks(cluster, backup, host)]);
  // pgBackRest tries for half a minute what the bucket's own test knows to fail: nobody waits for it then.
  whole.catch(() => {});
  const [bucket, space, timers, runs, certificates] = await Promise.all([
    bucketLinks(cluster, backup, host),
    spaceOf(cluster, backup, host),
    readTimers(cluster, backup, host),
    readBackupRuns(cluster, host),
    readCertificateFacts(cluster, cluster.control, host),
  ]);
  const [seen, servers] = bucket.length === 0 ? await whole : ([unreachable, []] as const);
  return {
    ...seen,
    brokenLinks: [...servers, ...bucket],
    space,
    timers,
    runs,
    certificates,
  };
}

type RepositoryContents = Pick<ControlAnswer, 'repository' | 'walNames'>;

const unreachable: RepositoryContents = {
  repository: { code: unreadable, message: 'the bucket cannot be reached or used', facts: undefined },
  walNames: [],
};

async function readRepository(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<RepositoryContents> {
  try {
    const facts = await repositoryFacts(cluster, backup, control, ioTimeout2s);
    return {
      repository: { ...facts.info.status, facts },
      walNames: facts.wal.map(({ name }) => name),
    };
  } catch (error) {
    if (error instanceof RefusedError) return { repository: undefined, walNames: [] };
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

async function readTimers(
  cluster: Cluster,
  { schedule }: Backup,
  control: ReadableHost,
): Promise<readonly TimerFacts[]> {
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
    lastAt: states[index]!.lastAt,
    intervalSeconds: type === 'full' ? fullSeconds : undefined,
  }));
}
