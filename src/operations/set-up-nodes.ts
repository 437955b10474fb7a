import { nodesOf, type Cluster, type Node } from '../cluster/cluster.ts';
import { instanceOf } from '../cluster/instance.ts';
import type { HostSet } from '../remote/with-hosts.ts';
import { isRegistered } from '../shell/instance.ts';

/** The nodes that have an instance already; the others get their part in everything when they are added. */
export async function setUpNodes(cluster: Cluster, hosts: HostSet): Promise<readonly Node[]> {
  const nodes = nodesOf(cluster);
  const answers = await Promise.all(
    nodes.map((node) => hosts.get(node.name).ask(isRegistered(instanceOf(cluster, node)))),
  );
  return nodes.filter((_, index) => answers[index]);
}
