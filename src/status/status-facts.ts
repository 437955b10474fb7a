import type { Backup } from '../model/backup.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import type { DrillResult } from '../backup/drill/drill.ts';
import { readAvailability } from '../patroni/patroni-status-facts.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { noBackups, protectionOf, type ProtectionFacts } from '../backup/protection.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import type { ReadableHost } from '../host/host.ts';
import { archiverFacts, type ArchiverFacts } from '../postgres/archiver.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import { commitsWait, synchronousSeen } from '../postgres/synchronous.ts';
import { isServerWide, overrideText } from '../server/overrides.ts';
import { overridesOn } from '../server/overrides-facts.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { hasData } from '../server/host-check.ts';
import { ownerOf } from '../server/owner-facts.ts';
import { startWarnings } from '../server/start-warnings.ts';
import type { Place } from '../server/layout.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { readDrills } from '../backup/drill/drills-query.ts';
import { controlPlace } from '../backup/pgbackrest-query.ts';
import { primariesAmong, type NodeSight } from '../model/topology.ts';
import { noAnswer } from '../host/no-answer.ts';
import { partedReplicas } from '../postgres/parted.ts';
import { nodeSight } from '../postgres/topology-query.ts';
import { serverStatus, type ServerStatus } from '../postgres/server-status.ts';
import { readBackupRuns } from '../backup/backup-runs-facts.ts';
import type { BackupRuns } from '../backup/backup-runs.ts';
import { repositoryFacts } from '../backup/repository-facts.ts';
import { repositoryReport } from '../backup/repository-report.ts';
import { timelineOf } from '../backup/timeline.ts';
import { RefusedError, type DbctlError } from '../model/errors.ts';
import { bucketLinks, ioTimeout2s } from '../backup/check/broken-links-facts.ts';

/** A node as its own host sees it. */
export interface NodeStatus {
  readonly node: string;
  readonly host: string;
  readonly port: number;
  readonly expectedRole: 'primary' | 'replica';
  /** "running", "stopped", "not set up", or "unreachable". */
  readonly state: 'running' | 'stopped' | 'not set up' | 'unreachable';
  readonly server?: ServerStatus | undefined;
  readonly diskFreeBytes?: number | undefined;
  /** Where data is that is not in the data directory. */
  readonly places: readonly Place[];
  /** Why it is unreachable. */
  readonly problem?: string | undefined;
  /** Whether its server comes back after a boot; undefined where there is none. */
  readonly startsAtBoot?: boolean | undefined;
  /** Why it is not as .env.cluster says, or serves nobody, although it runs. */
  readonly remarks: readonly string[];
  /** Whether its commits wait for replicas that are not there. */
  readonly commitsWait: boolean;
  /** Whether it is a replica that cannot follow the primary, though it may say that it streams. */
  readonly isParted: boolean;
}

export type ClusterStatus = Awaited<ReturnType<typeof readStatus>>;

/** Looks at every node and at the repository over SSH, all at once; one that cannot be reached hides no other. */
export async function readStatus(cluster: Cluster, login: LoginOptions) {
  const [asked, repository, availability] = await Promise.all([
    askMachines(cluster, cluster.nodes, login, (host, node) => lookAt(cluster, node, host)),
    cluster.backup && askRepository(cluster, cluster.backup, login),
    readAvailability(cluster, login),
  ]);
  const looks = asked.map(
    (one, index) => one.answer ?? unreachable(cluster, cluster.nodes[index]!, one.error),
  );
  const archiver = looks.find((look) => look.archiver?.isInRecovery === false)?.archiver;
  const drills = looks.flatMap((look) => look.drills);
  const leaders = primariesAmong(cluster, ({ name }) =>
    looks.some(({ status: { node, server } }) => node === name && server?.isInRecovery === false),
  );
  const parted = partedReplicas(looks.flatMap(({ sight }) => sight ?? []));
  return {
    /** The nodes that take writes. */
    leaders,
    nodes: looks.map(({ status }) => withRemark(status, parted.get(status.node))),
    ...synchronousSeen(cluster, looks),
    protection: repository ? protectionOf(protectionFacts(repository, archiver, drills)) : noBackups,
    ...availability,
  };
}

const withRemark = (status: NodeStatus, remark = ''): NodeStatus =>
  remark === '' ? status : { ...status, isParted: true, remarks: [...status.remarks, remark] };

interface Look {
  readonly status: NodeStatus;
  readonly sight?: NodeSight | undefined;
  readonly archiver?: ArchiverFacts | undefined;
  readonly drills: readonly DrillResult[];
}

const unreachable = (cluster: Cluster, node: Node, error: DbctlError | undefined): Look => ({
  status: {
    ...nothingSeen(cluster, node),
    state: 'unreachable',
    problem: [error?.message, error?.why?.split('\n')[0]].filter(Boolean).join(': '),
  },
  drills: [],
});

async function lookAt(cluster: Cluster, node: Node, host: ReadableHost): Promise<Look> {
  const instance = instanceOf(cluster, node);
  const [facts, starts, server, sight, overrides, archiver, drills = []] = await Promise.all([
    host.ask(hostFacts(instance)),
    host.ask(controlOf(instance).startsAtBoot),
    askServer(instance, host),
    host.ask(nodeSight(cluster, node)).catch(noAnswer),
    overridesOn(cluster, node, host),
    cluster.backup && host.ask(archiverFacts(instance)),
    cluster.backup && host.ask(readDrills(cluster)),
  ]);
  const waiting = server?.synchronous ? commitsWait(server.synchronous) : undefined;
  const seen = nothingSeen(cluster, node);
  const startsAtBoot = hasData(facts) ? starts : undefined;
  const status: NodeStatus = {
    ...seen,
    startsAtBoot,
    state: server ? 'running' : facts.data.state === 'cluster' ? 'stopped' : 'not set up',
    server,
    diskFreeBytes: facts.diskFreeBytes,
    commitsWait: waiting !== undefined,
    remarks: [
      ...startWarnings(
        { node, instance, owner: ownerOf(cluster, node), facts, remembered: undefined },
        server ? (server.isInRecovery ? 'replica' : 'primary') : seen.expectedRole,
        startsAtBoot,
      ),
      ...(waiting === undefined ? [] : [waiting]),
      ...(facts.data.state === 'cluster' ? overrides.filter(isServerWide).map(overrideText) : []),
    ],
    places: facts.layout?.places ?? [],
  };
  return { status, sight, archiver, drills };
}

interface RepositorySight {
  readonly facts: Awaited<ReturnType<typeof repositoryFacts>> | undefined;
  readonly runs: BackupRuns | undefined;
  readonly problem: string | undefined;
}

const unseen = { facts: undefined, runs: undefined, problem: undefined };

/** What is in the repository, as the control host sees it; nothing before `backup setup`. */
async function askRepository(
  cluster: Cluster,
  backup: Backup,
  login: LoginOptions,
): Promise<RepositorySight> {
  const place = controlPlace(cluster, backup);
  const [asked] = await askMachines(cluster, [cluster.control], login, async (host) => {
    if ((await host.readFile(place.config)) === undefined) return unseen;
    const facts = repositoryFacts(cluster, backup, host, ioTimeout2s).catch(ifSetUp);
    // pgBackRest tries for a while what the bucket's own test knows to fail: nobody waits for it then.
    facts.catch(() => {});
    const [runs, [broken]] = await Promise.all([
      readBackupRuns(cluster, host),
      bucketLinks(cluster, backup, host),
    ]);
    return broken
      ? { ...unseen, runs, problem: broken.what }
      : { facts: await facts, runs, problem: undefined };
  });
  return asked?.answer ?? { ...unseen, problem: asked?.problem };
}

/** A repository without a stanza is one that holds nothing. */
function ifSetUp(error: unknown): undefined {
  if (!(error instanceof RefusedError)) throw error;
}

function protectionFacts(
  { facts, runs, problem }: RepositorySight,
  archiver: ArchiverFacts | undefined,
  drills: readonly DrillResult[],
): ProtectionFacts {
  const leaderTimeline = archiver?.currentWal ? timelineOf(archiver.currentWal) : undefined;
  const report =
    facts &&
    repositoryReport({ name: '', stanza: '' }, { ...facts, drills, leaderTimeline }, archiver?.walFileBytes);
  return { archiver, info: facts?.info, report, runs, problem, drills };
}

const askServer = async (instance: Instance, host: ReadableHost): Promise<ServerStatus | undefined> =>
  (await host.ask(acceptsConnections(instance))) ? host.ask(serverStatus(instance)) : undefined;

const nothingSeen = (cluster: Cluster, { name, host, port }: Node): Omit<NodeStatus, 'state'> => ({
  node: name,
  host,
  port,
  expectedRole: name === cluster.configuredPrimary.name ? 'primary' : 'replica',
  ...{ places: [], remarks: [], commitsWait: false, isParted: false },
});
