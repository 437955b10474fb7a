import { configuredReplicas, type Cluster, type Node } from '../model/cluster.ts';
import { isNamed } from '../model/find-node.ts';
import { ConfigError } from '../model/errors.ts';
import { addReplica, writeNode } from './edit.ts';
import { loadCluster, parseCluster, readClusterText } from './load.ts';
import { parseNode } from './readers/node.ts';

export interface ChosenReplicas {
  /** The cluster as it is when the new replicas are in the file. */
  readonly cluster: Cluster;
  readonly replicas: readonly Node[];
}

/**
 * The replicas that a command line names: those of .env.cluster by name, host or host:port, new ones as
 * [name=]host[:port], and all of the file when none is named. Writes nothing. Throws ConfigError.
 */
export function chooseReplicas(file: string, named: readonly string[]): ChosenReplicas {
  const cluster = loadCluster(file);
  if (named.length === 0) return { cluster, replicas: allOf(cluster) };
  const wanted = named.map((text) => {
    const found = cluster.nodes.find((node) => isNamed(node, text));
    if (found) return found;
    const written = parseNode(text, cluster.configuredPrimary.port);
    return cluster.nodes.find((node) => writeNode(node) === writeNode(written)) ?? written;
  });
  const isPrimary = wanted.find(({ name }) => name === cluster.configuredPrimary.name);
  if (isPrimary) throw primaryNamed(isPrimary);

  // One that was not found is new, whatever its name: two of one name are refused when the text is parsed.
  const added = wanted.filter((node) => !configuredReplicas(cluster).includes(node));
  const text = added.reduce((draft, node) => addReplica(draft, writeNode(node)), readClusterText(file));
  return { cluster: parseCluster(text, file), replicas: [...new Set(wanted)] };
}

function allOf(cluster: Cluster): readonly Node[] {
  if (configuredReplicas(cluster).length > 0) return configuredReplicas(cluster);
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
