// The cluster of the tests with backups on the control host's disk.

import type { Backup } from '../../src/model/backup.ts';
import type { LedCluster } from '../../src/model/cluster.ts';
import { clusterOf } from './cluster-file.ts';

/** The shop with a repository on its control host's disk, and these settings. */
export function backedUpShop(changes: Readonly<Record<string, string | undefined>> = {}): {
  cluster: LedCluster;
  backup: Backup;
} {
  const cluster = clusterOf({
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
    CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
    BACKUP_REPOSITORY: 'posix',
    PGBACKREST_CIPHER_PASS: 'passphrase-of-the-repository',
    ...changes,
  });
  return { cluster, backup: cluster.backup! };
}

/** What pgBackRest says when it ends so. */
export const ended = (exitCode: number, ...complaints: readonly string[]): string =>
  [...complaints.map((one) => `P00   WARN: ${one}`), `exit ${exitCode}`, ''].join('\n');
