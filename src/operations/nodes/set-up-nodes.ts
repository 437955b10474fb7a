import { nodesOf, type Cluster, type Node } from '../../cluster/cluster.ts';
import { instanceOf } from '../../cluster/instance.ts';
import { RefusedError } from '../../errors.ts';
import type { ReadableHost } from '../../remote/host.ts';
import type { HostSet } from '../../remote/with-hosts.ts';
import { isRegistered } from '../../shell/instance.ts';
import { ownerOf } from './owner.ts';

/**
 * The nodes that have an instance already; the others get their part in everything when they are added. Throws
 * RefusedError when what runs in the primary's place is not this cluster's.
 */
export async function setUpNodes(cluster: Cluster, hosts: HostSet): Promise<readonly Node[]> {
  const nodes = nodesOf(cluster);
  const answers = await Promise.all(nodes.map((node) => isSetUp(cluster, node, hosts.get(node.name))));
  if (!answers[0]) throw notOurs(cluster);
  return nodes.filter((_, index) => answers[index]);
}

/** An instance in its place may be another cluster's, which must not be touched: our note tells. */
async function isSetUp(cluster: Cluster, node: Node, host: ReadableHost): Promise<boolean> {
  const instance = instanceOf(cluster, node);
  const [isThere, note] = await Promise.all([
    host.ask(isRegistered(instance)),
    host.readFile(`${instance.dbctlDirectory}/owner`),
  ]);
  return isThere && note?.content === `${ownerOf(cluster, node)}\n`;
}

const notOurs = (cluster: Cluster): RefusedError =>
  new RefusedError({
    what: `${instanceOf(cluster, cluster.primary).dataDirectory} on ${cluster.primary.name} is not the primary of ${cluster.name}`,
    why: 'A primary that dbctl made has a note of it on its host, and this one has none.',
    next: ['set it up, or see whose it is: dbctl init-primary'],
  });
