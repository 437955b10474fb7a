// The shop: the cluster of the tests, with and without backups, and how steps are run on its hosts.

import type { Backup } from '../../src/model/backup.ts';
import type { LedCluster } from '../../src/model/cluster.ts';
import { runStep } from '../../src/engine/run-step.ts';
import { textsOf, type Step } from '../../src/engine/step.ts';
import { instanceOf } from '../../src/model/instance.ts';
import type { Host, ReadableHost } from '../../src/host/host.ts';
import { clusterOf } from './cluster-file.ts';
import type { StandbyValues } from '../../src/postgres/standby-parameters.ts';

const hosts = { CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12', CLUSTER_CONTROL_HOST: 'control=10.0.0.10' };

export const shop = clusterOf(hosts);
export const pg1 = shop.primary;
export const pg2 = shop.replicas[0]!;
export const primary = instanceOf(shop, pg1);
export const replica = instanceOf(shop, pg2);

/** PostgreSQL's defaults of what a replica must not have less of than its primary. */
export const standbyDefaults: StandbyValues = {
  max_connections: 100,
  max_worker_processes: 8,
  max_wal_senders: 10,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
};

/** Checks, applies and verifies a step; its changes as sentences. */
export async function run(step: Step, host: Host, notes: string[] = []) {
  const { status, changes } = await runStep(step, host, (note) => notes.push(note));
  return { status, changes: textsOf(changes) };
}

/** Only looks. */
export async function plan(step: Step, host: ReadableHost) {
  const changes = textsOf(await step.diff(host));
  return { status: changes.length > 0 ? 'planned' : 'in place', changes };
}

/** The shop with a repository on its control host's disk, and these settings. */
export function backedUpShop(changes: Readonly<Record<string, string | undefined>> = {}): {
  cluster: LedCluster;
  backup: Backup;
} {
  const cluster = clusterOf({
    ...hosts,
    BACKUP_REPOSITORY: 'posix',
    PGBACKREST_CIPHER_PASS: 'passphrase-of-the-repository',
    ...changes,
  });
  return { cluster, backup: cluster.backup! };
}

/** What pgBackRest says when it ends so. */
export const ended = (exitCode: number, ...complaints: readonly string[]): string =>
  [...complaints.map((one) => `P00   WARN: ${one}`), `exit ${exitCode}`, ''].join('\n');
