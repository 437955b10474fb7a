import type { Backup } from '../../cluster/backup/backup.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { instanceOf } from '../../cluster/instance.ts';
import { pgbackrestFiles } from '../../cluster/backup/pgbackrest.ts';
import type { HostSet } from '../../remote/with-hosts.ts';
import { archivingPathOf } from '../../steps/backup/archiving.ts';

/**
 * How the cluster is backed up, when `backup setup` has done its part already; undefined when it has not, or when
 * .env.cluster says nothing about backups.
 */
export async function backupsInPlace(cluster: Cluster, hosts: HostSet): Promise<Backup | undefined> {
  if (cluster.backup === undefined) return undefined;
  const [control, primary] = await Promise.all([
    hosts.get(cluster.control.name).readFile(pgbackrestFiles(cluster).controlConfig),
    hosts.get(cluster.primary.name).readFile(archivingPathOf(instanceOf(cluster, cluster.primary))),
  ]);
  return control && primary ? cluster.backup : undefined;
}
