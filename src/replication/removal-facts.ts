// What is known of a replica before it is taken out of its cluster.

import type { Backup } from '../model/backup.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { fixedParts } from '../server/fixed-parts.ts';
import { hasData } from '../server/host-check.ts';
import { instanceOf } from '../model/instance.ts';
import type { RemovalFacts, RemovedNodeFacts } from './removal.ts';
import { noAnswer } from '../host/no-answer.ts';
import type { ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import { parseConninfo } from '../postgres/libpq.ts';
import { backupInfo, controlPlace } from '../backup/pgbackrest-query.ts';
import { ifRunning } from '../postgres/psql.ts';
import { isInRecovery, replicaFacts, standbyFacts } from '../postgres/replication.ts';
import { ownerOf } from '../server/owner-facts.ts';

export interface RemovalPlace {
  readonly cluster: LedCluster;
  readonly node: Node;
  /** The other replicas whose hosts are reached. */
  readonly others: readonly Node[];
  readonly hosts: HostSet;
  /** Whether the node's own host is reached. */
  readonly isReached: boolean;
  /** Undefined while backups are not set up. */
  readonly backup: Backup | undefined;
}

/** Asks everybody at once. */
export async function readRemovalFacts(place: RemovalPlace): Promise<RemovalFacts> {
  const { cluster, node, others, hosts, isReached, backup } = place;
  const { primary } = cluster;
  const [standbys, sight, followers, isBackupRunning] = await Promise.all([
    hosts.get(primary.name).ask(standbyFacts(instanceOf(cluster, primary))),
    isReached ? readRemovedNodeFacts(cluster, node, hosts.get(node.name)) : undefined,
    Promise.all(others.map((other) => follows(cluster, other, hosts.get(other.name), node))),
    backup !== undefined && isMakingBackup(cluster, backup, hosts.get(cluster.control.name)),
  ]);
  return {
    node: node.name,
    primary: primary.name,
    sight,
    streams: standbys.senders.includes(node.name),
    followers: others.filter((_, index) => followers[index]).map(({ name }) => name),
    // Patroni names others when one is gone.
    synchronousNames: cluster.patroni && cluster.synchronous ? '' : standbys.synchronousNames,
    otherSenders: standbys.senders.filter((name) => name !== node.name).length,
    isBackupRunning,
  };
}

async function readRemovedNodeFacts(
  cluster: Cluster,
  node: Node,
  host: ReadableHost,
): Promise<RemovedNodeFacts> {
  const instance = instanceOf(cluster, node);
  const facts = await host.ask(hostFacts(instance));
  const isOurs = facts.owner === ownerOf(cluster, node);
  const { layout } = facts;
  const fixed = layout ? fixedParts(layout, instance).filter(({ forbids }) => forbids === 'moving') : [];
  const sight = { isOurs, hasData: hasData(facts), fixed };
  // Somebody else's server on that port says nothing about the node.
  if (!isOurs) return { ...sight, inRecovery: undefined, downstream: [] };
  // A server that is broken may answer nothing.
  const [inRecovery, standbys] = await Promise.all([
    host.ask(ifRunning(instance, isInRecovery(instance))).catch(noAnswer),
    host.ask(ifRunning(instance, standbyFacts(instance))).catch(noAnswer),
  ]);
  return { ...sight, inRecovery, downstream: standbys?.senders ?? [] };
}

async function follows(cluster: Cluster, other: Node, host: ReadableHost, node: Node): Promise<boolean> {
  const instance = instanceOf(cluster, other);
  const facts = await host.ask(ifRunning(instance, replicaFacts(instance))).catch(noAnswer);
  if (!facts?.isInRecovery) return false;
  const found = parseConninfo(facts.primaryConninfo);
  return found.get('host') === node.host && (found.get('port') ?? '5432') === String(node.port);
}

/** A repository that cannot be read is no reason to keep a node. */
async function isMakingBackup(cluster: Cluster, backup: Backup, control: ReadableHost): Promise<boolean> {
  const info = await control.ask(backupInfo(controlPlace(cluster, backup))).catch(noAnswer);
  return info?.running !== undefined;
}
