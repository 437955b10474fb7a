import { type LedCluster, type Node } from '../model/cluster.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { foundAt, notOurs } from './owner-facts.ts';

/**
 * The nodes that have an instance already, the primary first; the others get their part in everything when they are added. Throws
 * RefusedError when what runs in the primary's place is not this cluster's.
 */
export async function setUpNodes(cluster: LedCluster, hosts: HostSet): Promise<readonly Node[]> {
  const nodes = [cluster.primary, ...cluster.replicas];
  const found = await Promise.all(nodes.map((node) => foundAt(cluster, node, hosts.get(node.name))));
  if (found[0] !== 'ours') throw notOurs(cluster, cluster.primary);
  return nodes.filter((_, index) => found[index] === 'ours');
}
