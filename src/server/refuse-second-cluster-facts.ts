import { instanceOf } from '../model/instance.ts';
import type { Cluster, LedCluster } from '../model/cluster.ts';
import type { NodeReport } from '../probe/report.ts';
import { readCaCertificate } from '../pki/ca-certificate.ts';
import { RefusedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { hasDataDirectory } from '../postgres/instance.ts';

const timeoutMs = 2000;

/**
 * Refuses to make a new, empty primary while other nodes of the file hold the cluster's data: the way back from a lost
 * primary is one of them, not a new cluster under the old name. Looks only where a CA was made before.
 */
export async function refuseSecondCluster(cluster: Cluster, primary: ReadableHost): Promise<void> {
  if (readCaCertificate(cluster) === undefined) return;
  if (await primary.ask(hasDataDirectory(instanceOf(cluster, cluster.configuredPrimary)))) return;
  const { probeCluster } = await import('../probe/probe.ts');
  const report = await probeCluster({ ...cluster, probed: cluster.nodes }, timeoutMs);
  const alive = report.nodes.find(({ role }) => role !== null);
  if (alive) throw clusterExists(cluster, alive);
}

/** Refuses to make or start a primary beside the one that leads, or led last. */
export function refuseOtherLeader({ name, configuredPrimary, primary }: LedCluster): void {
  if (primary.name === configuredPrimary.name) return;
  throw new RefusedError({
    what: `${primary.name} is the primary of ${name}, and ${configuredPrimary.name} is not`,
    why: `A server that is started on ${configuredPrimary.name} now would be a second primary.`,
    next: [
      `name ${primary.name} in CLUSTER_DB_PRIMARY_HOST, and ${configuredPrimary.name} among the replicas`,
      `then give ${configuredPrimary.name} the data of ${primary.name}: dbctl reinit ${configuredPrimary.name}`,
      'nothing was changed',
    ],
  });
}

const clusterExists = (
  { name, configuredPrimary: primary }: Cluster,
  { name: node, role }: NodeReport,
): RefusedError =>
  new RefusedError({
    what: `${name} exists already: ${node} is a ${role} with data, and ${primary.name} has none`,
    why: `A new primary on ${primary.name} would be a second, empty cluster of the same name.`,
    next:
      role === 'primary'
        ? [
            `name it in .env.cluster: CLUSTER_DB_PRIMARY_HOST=${node}=…, then: dbctl add-replica ${primary.name}`,
          ]
        : [
            `if the old primary is gone permanently, promote ${node}: runuser -u postgres -- psql -c 'select pg_promote()'`,
            'then name it in CLUSTER_DB_PRIMARY_HOST, and the others in CLUSTER_DB_REPLICA_HOSTS',
          ],
  });
