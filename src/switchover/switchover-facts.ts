// What the primary and its replicas say of a switchover that is about to be made.

import { noAnswer } from '../host/no-answer.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import type { Topology } from '../model/topology.ts';
import { archiverFacts } from '../postgres/archiver.ts';
import { describeSight, ledCluster } from '../postgres/leader.ts';
import { ifRunning } from '../postgres/psql.ts';
import type { Candidate, Giving } from './obstacles.ts';
import { followingFacts, leadingFacts } from './switchover-query.ts';

interface Sides {
  readonly giving: Giving;
  readonly candidates: readonly Candidate[];
}

/** Replicas are asked before the primary, so that none is called less far behind than it is. */
export async function readSides(cluster: LedCluster, hosts: Pick<HostSet, 'get'>): Promise<Sides> {
  const candidates = await Promise.all(cluster.replicas.map((node) => readCandidate(cluster, node, hosts)));
  const { primary } = cluster;
  const instance = instanceOf(cluster, primary);
  const host = hosts.get(primary.name);
  const [facts, archiver] = await Promise.all([
    host.ask(leadingFacts(instance)),
    host.ask(archiverFacts(instance)),
  ]);
  const archives = archiver !== undefined && archiver.mode !== 'off' && archiver.command !== '';
  const patroni = cluster.patroni && { synchronous: cluster.synchronous };
  return { giving: { node: primary, facts, archiver: archives ? archiver : undefined, patroni }, candidates };
}

/** A node that may take over, and what it says. */
export async function readCandidate(
  cluster: LedCluster,
  node: Node,
  hosts: Pick<HostSet, 'get'>,
): Promise<Candidate> {
  const host = hosts.get(node.name);
  if (host.unreachable) return { node, facts: undefined, problem: 'cannot be asked' };
  const instance = instanceOf(cluster, node);
  return { node, facts: await host.ask(ifRunning(instance, followingFacts(instance))).catch(noAnswer) };
}

/** The cluster as it is led by a server that runs. Throws RefusedError when none does. */
export function runningLeader(cluster: Cluster, topology: Topology): LedCluster {
  const led = ledCluster(cluster, topology);
  if (topology.leader !== undefined) return led;
  const { name } = led.primary;
  throw new RefusedError({
    what: `${name}, the primary, does not answer: there is nobody who could give way`,
    why: topology.nodes.map(describeSight).join('\n'),
    next: [
      `bring it back, if it can be: dbctl up; or: dbctl restart ${name}`,
      cluster.patroni === undefined
        ? 'if it is gone for good, a replica must take over: dbctl failover'
        : 'Patroni lets a replica take over once more than half of the members of etcd are there and it is not paused: dbctl status',
      'nothing was changed',
    ],
  });
}
