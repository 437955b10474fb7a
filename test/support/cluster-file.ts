import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledBy, type LedCluster } from '../../src/model/cluster.ts';
import { parseCluster } from '../../src/config/load.ts';
import { ConfigError } from '../../src/model/errors.ts';

/** The least that makes a cluster. */
export const least: Readonly<Record<string, string>> = {
  CLUSTER_NAME: 'shop',
  CLUSTER_DB_PRIMARY_HOST: 'pg1=10.0.0.11',
  POSTGRES_DB: 'shop',
  POSTGRES_USER: 'shop_admin',
  POSTGRES_PASSWORD: 'admin-password',
  POSTGRES_APP_USER: 'shop_app',
  POSTGRES_APP_PASSWORD: 'writer-password',
  POSTGRES_READONLY_USER: 'shop_readonly',
  POSTGRES_READONLY_PASSWORD: 'reader-password',
  POSTGRES_REPLICATION_USER: 'replicator',
  POSTGRES_REPLICATION_PASSWORD: 'replication-password',
};

/** What the least needs besides, to be backed up into MinIO. */
export const leastBackup: Readonly<Record<string, string>> = {
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  BACKUP_REPOSITORY: 'minio',
  MINIO_ACCESS_KEY: 'shop-writes-here',
  MINIO_SECRET_KEY: 'secret-of-the-bucket',
  MINIO_ROOT_USER: 'store-administrator',
  MINIO_ROOT_PASSWORD: 'secret-of-the-store',
  PGBACKREST_CIPHER_PASS: 'passphrase-of-the-repository',
};

/** The least, with settings changed; undefined leaves one out. Values are written as they are, without quotes. */
export const fileOf = (changes: Readonly<Record<string, string | undefined>> = {}): string =>
  Object.entries({ ...least, ...changes })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}\n`]))
    .join('');

/** The cluster of such a file, led by the node that the file names; or its problems. */
export function clusterOf(changes: Readonly<Record<string, string | undefined>> = {}): LedCluster {
  const cluster = parseCluster(fileOf(changes), '/etc/dbctl/.env.cluster');
  return ledBy(cluster, cluster.configuredPrimary);
}

/** The problems that a call reports; fails the test when it reports none. */
export function problemsOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return `${error.message}\n${error.why ?? ''}`;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

/** Writes a file into a directory of its own. */
export function temporaryFile(text: string, mode = 0o600): string {
  const file = join(mkdtempSync(join(tmpdir(), 'dbctl-')), '.env.cluster');
  writeFileSync(file, text, { mode });
  return file;
}
