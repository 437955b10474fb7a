// Whether a primary may be made where none is: only where no data of the cluster is known of, or where somebody gives it
// up by its system identifier.

import { controlOf } from '../postgres/control/control-of.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import type { NodeSight } from '../model/topology.ts';
import { readCaCertificate } from '../pki/ca-certificate.ts';
import { RefusedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { hasDataDirectory } from '../postgres/instance.ts';
import { rememberedData } from './data-note-step.ts';
import { hostFacts } from './host-facts-query.ts';
import { lostData, type LostData } from './lost-data.ts';
import { ownerOf } from './owner-facts.ts';

const timeoutMs = 2000;

export interface NewPrimary {
  readonly primary: ReadableHost;
  readonly control: ReadableHost;
  /** What is seen of the nodes over SSH; asked only where the primary has no data. */
  readonly readSights: () => Promise<readonly NodeSight[]>;
  /** The system identifier of the data that is given up. */
  readonly abandoned?: string | undefined;
}

/** What --abandon says where no system identifier was written down. */
const unknownData = 'unknown';

/**
 * Refuses to make a new, empty primary where the old one's data is only out of sight, or while other nodes of the file
 * hold the cluster's data.
 */
export async function refuseSecondCluster(cluster: Cluster, place: NewPrimary): Promise<void> {
  const { primary, control, abandoned } = place;
  const node = cluster.configuredPrimary;
  const instance = instanceOf(cluster, node);
  if (await primary.ask(hasDataDirectory(instance))) {
    if (abandoned !== undefined) await refuseOwnData(node, instance, place);
    return;
  }
  const [facts, remembered, holder] = await Promise.all([
    primary.ask(hostFacts(instance)),
    rememberedData(cluster, node, control),
    readHolder(cluster, place),
  ]);
  const lost = lostData({ node, instance, owner: ownerOf(cluster, node), facts, remembered });
  if (holder) throw clusterExists(cluster, holder, lost);
  const known = lost && (lost.note?.systemIdentifier ?? unknownData);
  if (abandoned === undefined ? lost === undefined : abandoned === known) return;
  throw lost === undefined ? nothingKnown(node) : primaryLost(cluster, lost, abandoned);
}

/** Only other data, on a disk that was mounted in place of the lost one, may be taken for the cluster's. */
async function refuseOwnData(
  node: Node,
  instance: Instance,
  { primary, abandoned }: NewPrimary,
): Promise<void> {
  const { note, systemIdentifier } = await primary.ask(hostFacts(instance));
  const isGone = note?.systemIdentifier === abandoned && systemIdentifier !== abandoned;
  if (!isGone) throw hasItsData(node);
}

type Holder = Pick<NodeSight, 'node' | 'state'>;

/** Another node that has the cluster's data, whether its host or only its server can be asked. */
async function readHolder(cluster: Cluster, { readSights }: NewPrimary): Promise<Holder | undefined> {
  const isOther = ({ name }: Node): boolean => name !== cluster.configuredPrimary.name;
  if (!cluster.nodes.some(isOther)) return undefined;
  const sights = await readSights();
  const holding: readonly NodeSight['state'][] = ['primary', 'replica', 'stopped'];
  const seen = holding.flatMap((state) => sights.filter((one) => one.state === state && isOther(one.node)));
  if (seen[0] || readCaCertificate(cluster) === undefined) return seen[0];
  const { probeCluster } = await import('../probe/probe.ts');
  const report = await probeCluster({ ...cluster, probed: cluster.nodes }, timeoutMs);
  const alive = report.nodes.find(({ role }) => role !== null);
  const node = cluster.nodes.find(({ name }) => name === alive?.name);
  return node && isOther(node)
    ? { node, state: alive?.role === 'primary' ? 'primary' : 'replica' }
    : undefined;
}

/** Refuses to make or start a primary beside the one that leads, or led last. */
export function refuseOtherLeader({ name, configuredPrimary, primary }: LedCluster): void {
  if (primary.name === configuredPrimary.name) return;
  throw new RefusedError({
    what: `${primary.name} is the primary of ${name}, and ${configuredPrimary.name} is not`,
    why: `A server that is started on ${configuredPrimary.name} now would be a second primary.`,
    next: [
      `name ${primary.name} in CLUSTER_DB_PRIMARY_HOST, and ${configuredPrimary.name} among the replicas`,
      `then give ${configuredPrimary.name} the data of ${primary.name}: dbctl reinit ${configuredPrimary.name}`,
      'nothing was changed',
    ],
  });
}

function clusterExists(cluster: Cluster, { node, state }: Holder, lost: LostData | undefined): RefusedError {
  const { name, configuredPrimary: primary } = cluster;
  const instance = instanceOf(cluster, node);
  const refill = `${lost ? 'dbctl reinit' : 'dbctl add-replica'} ${primary.name}${lost?.isUnmounted ? ' --lost-disk' : ''}`;
  const role = state === 'primary' ? 'is a primary' : state === 'replica' ? 'is a replica' : 'is stopped';
  const psql = `runuser -u postgres -- psql -p ${node.port}`;
  const others = {
    primary: [`name it in .env.cluster: CLUSTER_DB_PRIMARY_HOST=${node.name}=…, then: ${refill}`],
    replica: [
      `if the old primary is gone permanently, promote ${node.name}, on ${node.host}: ${psql} -c 'select pg_promote()'`,
      `then name it in CLUSTER_DB_PRIMARY_HOST, and the others in CLUSTER_DB_REPLICA_HOSTS; then: ${refill}`,
    ],
    stopped: [
      `if the old primary is gone permanently, start ${node.name}, on ${node.host}: ${controlOf(instance).byHand.startAnyway}`,
      'then run the same command again: it says how to go on with it',
    ],
  };
  return new RefusedError({
    what: `${name} exists already: ${node.name} ${role} with data, and ${primary.name} has none${lost ? ': is its disk mounted?' : ''}`,
    why: [
      ...(lost?.why ?? []),
      `A new primary on ${primary.name} would be a second, empty cluster of the same name.`,
    ].join('\n'),
    next: [
      ...(lost?.ways ?? []),
      ...others[state === 'primary' || state === 'replica' ? state : 'stopped'],
      'nothing was changed',
    ],
  });
}

/** With no node and no backup left, a person decides whether to begin anew; nobody else. */
function primaryLost(cluster: Cluster, lost: LostData, abandoned: string | undefined): RefusedError {
  const { configuredPrimary: node, backup } = cluster;
  const known = lost.note?.systemIdentifier ?? unknownData;
  const onItsDisk = lost.isUnmounted ? ' --lost-disk' : '';
  return new RefusedError({
    what:
      abandoned === undefined
        ? `${node.name} had data and has none now: is its disk mounted?`
        : `${abandoned} is not the system identifier of the data that ${node.name} had`,
    why: [...lost.why, `A new primary on ${node.name} would be another, empty cluster.`].join('\n'),
    next: [
      ...lost.ways,
      ...(backup
        ? [`if it is lost for good, restore it: dbctl backup restore --in-place${onItsDisk}`]
        : [
            'if it is lost for good, and no copy of it is anywhere, a person must decide to begin with an empty cluster:',
            `dbctl init-primary --abandon ${known}`,
          ]),
      'nothing was changed',
    ],
  });
}

const hasItsData = ({ name }: Node): RefusedError =>
  new RefusedError({
    what: `${name} has data: there is nothing to be given up`,
    next: ['run the same command without --abandon', 'nothing was changed'],
  });

const nothingKnown = ({ name }: Node): RefusedError =>
  new RefusedError({
    what: `nothing is known of data that ${name} had`,
    next: ['run the same command without --abandon', 'nothing was changed'],
  });
