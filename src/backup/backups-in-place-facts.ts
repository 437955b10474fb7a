import type { Backup } from '../model/backup.ts';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { pgbackrestFiles } from './pgbackrest.ts';
import type { HostSet } from '../host/with-hosts.ts';

/**
 * How the cluster is backed up, when `backup setup` has done its part already; undefined when it has not, or when
 * .env.cluster sets up no backups.
 */
export async function backupsInPlace(cluster: LedCluster, hosts: HostSet): Promise<Backup | undefined> {
  if (cluster.backup === undefined) return undefined;
  const [control, primary] = await Promise.all([
    hosts.get(cluster.control.name).readFile(pgbackrestFiles(cluster).controlConfig),
    hosts.get(cluster.primary.name).readFile(instanceOf(cluster, cluster.primary).files.archiving),
  ]);
  return control && primary ? cluster.backup : undefined;
}
