import { hostAndPort } from '../model/address.ts';
import { type LedCluster, type Node } from '../model/cluster.ts';
import { isNamed } from '../model/find-node.ts';
import { instanceOf } from '../model/instance.ts';
import { slotNameOf } from '../model/slot.ts';
import { DbctlError, RefusedError } from '../model/errors.ts';
import type { ConnectOptions } from '../host/connect.ts';
import { withHosts } from '../host/with-hosts.ts';
import { settingsFor } from '../model/topology.ts';
import { ifRunning } from '../postgres/psql.ts';
import { slotFacts } from '../postgres/replication.ts';

/**
 * The replica that a command line names. Throws RefusedError for the primary, for the control host, and for a name that is not in the file:
 * with what is left of one that was removed from it.
 */
export async function findReplica(cluster: LedCluster, text: string, options: ConnectOptions): Promise<Node> {
  const found = cluster.nodes.find((node) => isNamed(node, text));
  if (found === undefined) throw await unknown(cluster, text, options);
  if (found.name === cluster.primary.name) throw isPrimary(found, cluster);
  if (found.name === cluster.configuredPrimary.name) throw isNamedPrimary(found, cluster);
  if (found.name === cluster.control.name) throw isControlHost(found);
  return found;
}

const isPrimary = ({ name }: Node, { replicas: [candidate] }: LedCluster): RefusedError =>
  new RefusedError({
    what: `${name} is the primary: the replicas follow it`,
    next: [
      candidate
        ? `let another node lead first: dbctl switchover --candidate ${candidate.name}`
        : 'it is the only node that is left',
      'nothing was changed',
    ],
  });

/** The file would be left without a primary. */
const isNamedPrimary = ({ name }: Node, cluster: LedCluster): RefusedError =>
  new RefusedError({
    what: `${name} is still named as the primary in .env.cluster, and ${cluster.primary.name} leads`,
    next: [
      `write there first: ${settingsFor(cluster, cluster.primary).join(' and ')}`,
      'nothing was changed',
    ],
  });

const isControlHost = ({ name }: Node): RefusedError =>
  new RefusedError({
    what: `${name} is the control host too`,
    why: 'It keeps the key of the CA and takes part in backups.',
    next: ['set another control host first (CLUSTER_CONTROL_HOST)', 'nothing was changed'],
  });

async function unknown(cluster: LedCluster, text: string, options: ConnectOptions): Promise<RefusedError> {
  const { primary, replicas, name: clusterName } = cluster;
  const slot = slotNameOf({ name: text.replace(/=.*/, '') });
  const { binDirectory, port } = instanceOf(cluster, primary);
  const psql = `runuser -u postgres -- ${binDirectory}/psql -p ${port}`;
  return new RefusedError({
    what: `${JSON.stringify(text)} is not a replica of ${clusterName}`,
    next: [
      replicas.length > 0
        ? `name one of ${replicas.map(({ name }) => name).join(', ')}`
        : `${hostAndPort(primary)} is the only node`,
      ...((await hasSlot(cluster, slot, options))
        ? [
            `${primary.name} still has the slot of that name; drop it there: ${psql} -c "select pg_drop_replication_slot('${slot}')"`,
          ]
        : []),
    ],
  });
}

/** A primary that does not answer must not hide that the name is wrong. */
async function hasSlot(cluster: LedCluster, slot: string, options: ConnectOptions): Promise<boolean> {
  const { primary } = cluster;
  const instance = instanceOf(cluster, primary);
  try {
    const found = await withHosts([primary], options, (hosts) =>
      hosts.get(primary.name).ask(ifRunning(instance, slotFacts(instance, slot))),
    );
    return found !== undefined && found !== null;
  } catch (error) {
    if (error instanceof DbctlError) return false;
    throw error;
  }
}
