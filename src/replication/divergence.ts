// What a former primary has written that the node which leads now has not.

import { historyFileOf, parseHistory, type Ancestor } from '../backup/timeline.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { parseLsn } from '../model/lsn.ts';
import type { NodeData } from '../model/topology.ts';
import { formatBytes } from '../model/units.ts';
import { nodeSight } from '../postgres/topology-query.ts';

/** Sentences for who agrees to lose a node's data: none for a replica, which has nothing of its own. */
export async function lostBy(
  cluster: LedCluster,
  node: Node,
  hosts: Pick<HostSet, 'get'>,
): Promise<readonly string[]> {
  const { primary } = cluster;
  const [own, leading] = await Promise.all(
    [node, primary].map((one) => hosts.get(one.name).ask(nodeSight(cluster, one))),
  );
  if (own?.data === undefined || own.data.isStandby || leading?.data === undefined) return [];
  const history = `${instanceOf(cluster, primary).dataDirectory}/pg_wal/${historyFileOf(leading.data.timeline)}`;
  const found = await hosts.get(primary.name).readFile(history);
  return [divergenceText(node, own.data, primary, parseHistory(found?.content ?? ''))];
}

/** `ancestors` are those of the timeline that the leader is on. */
export function divergenceText(
  { name }: Pick<Node, 'name'>,
  { timeline, lsn }: Pick<NodeData, 'timeline' | 'lsn'>,
  leader: Pick<Node, 'name'>,
  ancestors: readonly Ancestor[],
): string {
  const fork = ancestors.find((one) => one.timeline === timeline)?.endLsn;
  const led = `${name} was a primary, on timeline ${timeline}`;
  if (fork === undefined)
    return `${led}, which ${leader.name} did not come from: its data may be in no other place.`;
  const own = Number((parseLsn(lsn ?? '') ?? 0n) - (parseLsn(fork) ?? 0n));
  return own < 0
    ? `${led}; ${leader.name} has everything up to its last checkpoint (${lsn}).`
    : `${led}; ${leader.name} left it at ${fork}, and ${name} went on to ${lsn}: at least ${formatBytes(own)} of WAL that only ${name} has.`;
}
