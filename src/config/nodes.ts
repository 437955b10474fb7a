import type { Node } from '../cluster/cluster.ts';
import { Misfit, type Problem } from './problem.ts';
import { canonical, sameHost } from './readers/host.ts';
import type { NodeEntry } from './readers/node.ts';

/** Says which nodes are the same place or share a name. The first `primaries` are not replicas. */
export function* checkNodes(nodes: readonly Node[], primaries: number): Iterable<Problem> {
  const places = new Map<string, Node>();
  const names = new Map<string, Node>();
  for (const [index, node] of nodes.entries()) {
    const setting = index < primaries ? 'CLUSTER_DB_PRIMARY_HOST' : 'CLUSTER_DB_REPLICA_HOSTS';
    const place = `${canonical(node.host)} ${node.port}`;
    // A replication slot is named after the node and has no dashes.
    const name = node.name.replaceAll('-', '_');
    const samePlace = places.get(place);
    const sameName = names.get(name);
    if (samePlace) yield { setting, text: `${node.host}:${node.port} is given twice` };
    else if (sameName)
      yield {
        setting,
        text: `${describe(sameName)} and ${describe(node)} need different names: write name=host`,
      };
    places.set(place, node);
    names.set(name, node);
  }
}

const describe = ({ name, host, port }: Node): string => `${name} (${host}:${port})`;

/** The nodes an entry of CLUSTER_DB_HOSTS means: by name, by host:port, or by host. Throws Misfit when there is none. */
export function nodesMeantBy(entry: NodeEntry, nodes: readonly Node[], defaultPort: number): readonly Node[] {
  const named = nodes.filter(({ name }) => entry.port === undefined && name === entry.host);
  const there = nodes.filter(
    (node) => sameHost(node.host, entry.host) && (!entry.name || node.name === entry.name),
  );
  const onPort = there.filter(({ port }) => port === (entry.port ?? defaultPort));
  const found = [named, onPort, entry.port === undefined ? there : []].find(({ length }) => length > 0);
  if (found) return found;
  const written = `${entry.name ? `${entry.name}=` : ''}${entry.host}${entry.port ? `:${entry.port}` : ''}`;
  throw new Misfit(`${written} is no node of the cluster; there are ${nodes.map(describe).join(', ')}`);
}
