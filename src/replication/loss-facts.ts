import type { HostSet } from '../host/with-hosts.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { compareData, dataPlaces } from '../postgres/compare-data.ts';
import { lossOf, type NodeLoss } from './loss.ts';

/**
 * What is lost with the data of a node, as long as the one that leads now goes on with its own. `dataDirectory`: where it
 * was set aside.
 */
export async function readLoss(
  cluster: LedCluster,
  node: Node,
  hosts: Pick<HostSet, 'get'>,
  dataDirectory = instanceOf(cluster, node).dataDirectory,
): Promise<NodeLoss> {
  const placeOf = dataPlaces(cluster, hosts);
  const { host, instance } = placeOf(node);
  const own = { host, instance: { ...instance, dataDirectory } };
  const { data, only } = await compareData(own, placeOf(cluster.primary));
  return lossOf(node, cluster.primary, data, only);
}
