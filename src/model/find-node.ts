import { ConfigError } from './errors.ts';
import { hostAndPort } from './address.ts';
import { machinesOf, type Cluster, type Machine, type Node } from './cluster.ts';

/** Whether a text means this node: its name, its host, or host:port. */
export const isNamed = (node: Node, text: string): boolean =>
  [node.name, node.host, hostAndPort(node)].includes(text);

/** The node that a command line names. Throws ConfigError with the names there are. */
export function findNode(cluster: Cluster, text: string): Node {
  const found = cluster.nodes.find((node) => isNamed(node, text));
  if (found) return found;
  throw new ConfigError({
    what: `${JSON.stringify(text)} is not a node of ${cluster.name}`,
    next: [`name one of ${cluster.nodes.map(({ name }) => name).join(', ')}`],
  });
}

/** The node, or another host of the cluster, that a command line names. Throws ConfigError with the names there are. */
export function findMachine(cluster: Cluster, text: string): Machine {
  const machines = machinesOf(cluster);
  const found =
    cluster.nodes.find((node) => isNamed(node, text)) ??
    machines.find(({ name, host }) => [name, host].includes(text));
  if (found) return found;
  throw new ConfigError({
    what: `${JSON.stringify(text)} is not a host of ${cluster.name}`,
    next: [`name one of ${machines.map(({ name }) => name).join(', ')}`],
  });
}

/** The nodes that a command line names, the primary first and each once; all of them when it names none. */
export function findNodes(cluster: Cluster, texts: readonly string[]): readonly Node[] {
  const named = texts.map((text) => findNode(cluster, text));
  return cluster.nodes.filter((node) => texts.length === 0 || named.includes(node));
}
