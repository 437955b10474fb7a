// What the nodes that are left say before one of them takes over from a primary that is gone.

import { ownWal } from '../backup/stored-wal.ts';
import { repositoryFacts } from '../backup/repository-facts.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { ledBy, type Cluster, type Node } from '../model/cluster.ts';
import { DbctlError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { defaultSegmentBytes, startOfWal } from '../model/lsn.ts';
import type { NodeSight, Topology } from '../model/topology.ts';
import { readControl } from '../postgres/control/control-of.ts';
import { readLoss } from '../replication/loss-facts.ts';
import type { NodeLoss } from '../replication/loss.ts';
import { stillLives, type Ready } from './failover.ts';
import { answersAt } from './switchover-query.ts';

type Hosts = Pick<HostSet, 'get'>;

/** Throws RefusedError when anything says that the server of the node runs. */
export async function refuseLiving(
  cluster: Cluster,
  { node, state }: NodeSight,
  { nodes }: Topology,
  hosts: Hosts,
): Promise<void> {
  if (state === 'replica') throw stillLives(node.name, 'it runs, and is a replica');
  if (state === 'stopped') await refuseRunning(cluster, node, hosts);
  const replicas = nodes.filter((one) => one.state === 'replica');
  const seen = await Promise.all(
    replicas.map(async (one) =>
      (await hosts.get(one.node.name).ask(answersAt(instanceOf(cluster, one.node), node)))
        ? [one.node.name]
        : [],
    ),
  );
  const seers = seen.flat();
  if (seers.length > 0 && state !== 'another' && state !== 'bare')
    throw stillLives(node.name, `PostgreSQL there answers to ${seers.join(' and ')}`);
}

/** A server may run and answer nobody: while it starts, while it hangs. */
export async function refuseRunning(cluster: Cluster, node: Node, hosts: Hosts): Promise<void> {
  const host = hosts.get(node.name);
  const control = await readControl(host, instanceOf(cluster, node));
  if ((await host.ask(control.state)).isRunning)
    throw stillLives(node.name, `${control.name} runs there, though it accepts no connections`);
}

/** What the primary's own data says of what the candidate has not; undefined where it cannot be read. */
export async function readGone(
  cluster: Cluster,
  { node, state }: NodeSight,
  to: Node,
  hosts: Hosts,
): Promise<NodeLoss | undefined> {
  if (state !== 'stopped') return undefined;
  return readLoss(ledBy(cluster, to), node, hosts);
}

/** Where the archive of the candidate's timeline ends; undefined where there is none, or it cannot be asked. */
export async function archiveEndFor(
  cluster: Cluster,
  { facts }: Ready,
  hosts: Hosts,
): Promise<bigint | undefined> {
  const { backup } = cluster;
  if (backup === undefined || facts.timeline === null) return undefined;
  try {
    const { info, wal } = await repositoryFacts(cluster, backup, hosts.get(cluster.control.name));
    const starts = ownWal(info, wal, { timeline: facts.timeline, ancestors: [] }).map(({ name }) =>
      startOfWal(name)!,
    );
    return starts.length === 0
      ? undefined
      : starts.reduce((one, other) => (other > one ? other : one)) + BigInt(defaultSegmentBytes);
  } catch (error) {
    if (error instanceof DbctlError) return undefined;
    throw error;
  }
}
