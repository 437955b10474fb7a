import type { LedCluster, Node } from '../model/cluster.ts';
import { isNamed } from '../model/find-node.ts';
import { ConfigError } from '../model/errors.ts';
import { addReplica, writeNode } from '../config/edit.ts';
import { loadCluster, parseCluster, readClusterText } from '../config/load.ts';
import { parseNode } from '../config/readers/host.ts';

/**
 * The nodes that a command line names: those of .env.cluster by name, host or host:port, new ones as
 * [name=]host[:port]; none stands for all. The cluster is as it will be with the new ones in the file. Writes nothing.
 * Throws ConfigError.
 */
export function chooseReplicas(file: string, named: readonly string[]) {
  const cluster = loadCluster(file);
  const wanted = named.map((text) => {
    const found = cluster.nodes.find((node) => isNamed(node, text));
    if (found) return found;
    const written = parseNode(text, cluster.configuredPrimary.port);
    return cluster.nodes.find((node) => writeNode(node) === writeNode(written)) ?? written;
  });
  // One that was not found is new, whatever its name: two of one name are refused when the text is parsed.
  const added = wanted.filter((node) => !cluster.nodes.includes(node));
  const text = added.reduce((draft, node) => addReplica(draft, writeNode(node)), readClusterText(file));
  return { cluster: added.length > 0 ? parseCluster(text, file) : cluster, named: [...new Set(wanted)] };
}

/** Of the named nodes those that follow the one that leads, or everyone that does. Throws ConfigError. */
export function replicasAmong(cluster: LedCluster, named: readonly Node[]): readonly Node[] {
  const isPrimary = named.find(({ name }) => name === cluster.primary.name);
  if (isPrimary) throw primaryNamed(isPrimary);
  if (named.length > 0) return named;
  if (cluster.replicas.length > 0) return cluster.replicas;
  throw new ConfigError({
    what: 'there is no replica to add',
    why: `${cluster.file} lists none in CLUSTER_DB_REPLICA_HOSTS, and the command names none.`,
    next: ['name one: dbctl add-replica pg2=10.0.0.12'],
  });
}

const primaryNamed = ({ name }: Node): ConfigError =>
  new ConfigError({
    what: `${name} is the primary of the cluster`,
    next: ['name another host: dbctl add-replica pg2=10.0.0.12'],
  });
