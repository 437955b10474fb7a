// Asked before a primary that is stopped is started, by every command that would: whether another node may lead by now, or
// has what this one has not.

import type { HostSet } from '../host/with-hosts.ts';
import { ledBy, type LedCluster } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import type { NodeData, NodeSight, Topology } from '../model/topology.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import type { LockedOperation } from '../operation/change-hosts.ts';
import { contested, describeSight } from '../postgres/leader.ts';
import { readTopology } from '../postgres/topology-query.ts';
import { readLoss } from '../replication/loss-facts.ts';
import type { NodeLoss } from '../replication/loss.ts';
import { refuseOlderCopy } from './older-copy-facts.ts';

interface BeforeStart {
  readonly operation: Pick<LockedOperation, 'alsoOn'>;
  readonly login: ChangeAccess['login'];
  /** Whether somebody says that no node out of sight was promoted. */
  readonly isBlind?: boolean;
}

/**
 * For a command that is about to start the primary and has not looked at the other nodes. Answers lines about what cannot be
 * asked. Throws RefusedError where one of them may lead by now, and where a start would go on without what another node or
 * the repository has.
 */
export async function refuseUnsafeStart(
  cluster: LedCluster,
  { operation, login, isBlind = false }: BeforeStart,
): Promise<readonly string[]> {
  const topology = await readTopology(cluster, login);
  if (!isBlind) refuseBlindStart(cluster, topology);
  const seen = topology.nodes.filter(({ state }) => state !== 'unreachable').map(({ node }) => node);
  return operation.alsoOn([cluster.control, ...seen], async (hosts) => {
    const { unread } = await lookBeforeStart(cluster, topology, hosts);
    return unread;
  });
}

/**
 * The nodes that have led before, and lines about what cannot be asked. Throws RefusedError where a start of the primary
 * would go on without what another node or the repository has.
 */
export async function lookBeforeStart(
  cluster: LedCluster,
  topology: Topology,
  hosts: HostSet,
): Promise<{ readonly former: readonly Former[]; readonly unread: readonly string[] }> {
  const former = await readFormerPrimaries(cluster, topology, hosts);
  await refuseSplit(cluster, topology, former, hosts);
  return { former, unread: await refuseOlderCopy(cluster, topology, hosts) };
}

/** A primary that is stopped is started only while every other node can be seen: one that cannot may have been promoted. */
export function refuseBlindStart({ primary }: LedCluster, { nodes }: Topology): void {
  const itself = nodes.find(({ node }) => node.name === primary.name);
  const unseen = nodes.filter(({ state }) => state === 'unreachable');
  if (itself?.state !== 'stopped' || unseen.length === 0) return;
  const names = unseen.map(({ node }) => node.name).join(' and ');
  throw new RefusedError({
    what: `PostgreSQL does not run on ${primary.name}, the primary, and ${names} cannot be asked`,
    why: [
      ...unseen.map(describeSight),
      `If one of them was promoted meanwhile, a start of ${primary.name} would make a second primary.`,
    ].join('\n'),
    next: [
      `bring ${names} back, and run the same command again`,
      `or when you know that nobody else was promoted: dbctl restart ${primary.name}`,
      'nothing was changed',
    ],
  });
}

/** A node that has led before, and is stopped. Another server's data has not: it is refused where it is. */
export interface Former {
  readonly sight: NodeSight;
  readonly loss: NodeLoss;
}

function readFormerPrimaries(
  cluster: LedCluster,
  { nodes }: Topology,
  hosts: HostSet,
): Promise<readonly Former[]> {
  const own = nodes.find(({ node }) => node.name === cluster.primary.name)?.data?.systemIdentifier;
  const isAnothers = ({ systemIdentifier }: NodeData): boolean =>
    own !== undefined && systemIdentifier !== own;
  return Promise.all(
    nodes
      .filter(({ node, state, data }) => {
        const isReplica = cluster.replicas.some(({ name }) => name === node.name);
        return isReplica && state === 'stopped' && data?.isStandby === false && !isAnothers(data);
      })
      .map(async (sight) => ({ sight, loss: await readLoss(cluster, sight.node, hosts) })),
  );
}

/** While no primary runs, one that has led last is not started over what only an earlier one has. */
async function refuseSplit(
  cluster: LedCluster,
  { nodes }: Topology,
  former: readonly Former[],
  hosts: HostSet,
): Promise<void> {
  const { primary } = cluster;
  const itself = nodes.find(({ node, state }) => node.name === primary.name && state === 'stopped');
  const rivals = former.filter(({ loss }) => loss.from !== undefined);
  if (itself === undefined || rivals.length === 0) return;
  const own = await Promise.all(
    rivals.map(({ sight }) => readLoss(ledBy(cluster, sight.node), primary, hosts)),
  );
  throw contested(
    cluster,
    [itself, ...rivals.map(({ sight }) => sight)],
    [
      ...[...own, ...rivals.map(({ loss }) => loss)].map(({ text }) => text),
      `So a start of ${primary.name}, which led last, would go on without what only ${rivals.map(({ sight }) => sight.node.name).join(' and ')} has.`,
    ],
  );
}
