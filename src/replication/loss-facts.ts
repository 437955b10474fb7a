import type { HostSet } from '../host/with-hosts.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { compareData, dataPlaces } from '../postgres/compare-data.ts';
import { lossOf, type NodeLoss } from './loss.ts';

/** What is lost with the data of a node, as long as the one that leads now goes on with its own. */
export async function readLoss(
  cluster: LedCluster,
  node: Node,
  hosts: Pick<HostSet, 'get'>,
): Promise<NodeLoss> {
  const placeOf = dataPlaces(cluster, hosts);
  const { data, only } = await compareData(placeOf(node), placeOf(cluster.primary));
  return lossOf(node, cluster.primary, data, only);
}
