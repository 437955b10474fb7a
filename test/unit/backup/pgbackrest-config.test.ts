import { expect, test } from 'vitest';
import type { Backup } from '../../../src/model/backup.ts';
import type { LedCluster } from '../../../src/model/cluster.ts';
import {
  clientLines,
  clientMachines,
  dataMachines,
  keepingLines,
  nodeLines,
  repositoryLines,
  serverMachines,
} from '../../../src/backup/pgbackrest-config.ts';
import { clusterOf, leastBackup } from '../../support/cluster-file.ts';

type Changes = Readonly<Record<string, string | undefined>>;

function shopWith(changes: Changes): { cluster: LedCluster; backup: Backup } {
  const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12', ...leastBackup, ...changes });
  return { cluster, backup: cluster.backup! };
}

const noStore: Changes = {
  MINIO_ACCESS_KEY: undefined,
  MINIO_SECRET_KEY: undefined,
  MINIO_ROOT_USER: undefined,
  MINIO_ROOT_PASSWORD: undefined,
};
const posix = shopWith({ ...noStore, BACKUP_REPOSITORY: 'posix' });
const minio = shopWith({});
const s3 = (changes: Changes = {}) =>
  shopWith({
    BACKUP_REPOSITORY: 's3',
    MINIO_ENDPOINT: 's3.example.com',
    MINIO_URI_STYLE: 'host',
    ...changes,
  });

const seenBy = ({ cluster, backup }: typeof posix, machine: 'control' | 'primary'): string =>
  repositoryLines(cluster, backup, cluster[machine]);

test("a repository on the control host's disk is a directory there, and is reached over TLS from everywhere else", () => {
  expect(seenBy(posix, 'control')).toMatchInlineSnapshot(`
    "repo1-type=posix
    repo1-path=/var/lib/pgbackrest/shop
    repo1-cipher-type=aes-256-cbc
    repo1-cipher-pass=passphrase-of-the-repository"
  `);
  expect(seenBy(posix, 'primary')).toMatchInlineSnapshot(`
    "repo1-path=/var/lib/pgbackrest/shop
    repo1-host=10.0.0.10
    repo1-host-type=tls
    repo1-host-port=8432
    repo1-host-config=/etc/dbctl/shop/_pgbackrest/control.conf
    repo1-host-ca-file=/etc/dbctl/shop/_pgbackrest/ca.crt
    repo1-host-cert-file=/etc/dbctl/shop/_pgbackrest/client.crt
    repo1-host-key-file=/etc/dbctl/shop/_pgbackrest/client.key
    repo1-cipher-type=aes-256-cbc
    repo1-cipher-pass=passphrase-of-the-repository"
  `);
});

test('a bucket looks the same from everywhere, and is trusted by the CA of the cluster', () => {
  expect(seenBy(minio, 'control')).toBe(seenBy(minio, 'primary'));
  expect(seenBy(minio, 'primary')).toMatchInlineSnapshot(`
    "repo1-type=s3
    repo1-path=/pgbackrest
    repo1-s3-bucket=shop
    repo1-s3-endpoint=10.0.0.10
    repo1-storage-port=9000
    repo1-s3-region=us-east-1
    repo1-s3-uri-style=path
    repo1-storage-ca-file=/etc/dbctl/shop/_pgbackrest/ca.crt
    repo1-s3-key=shop-writes-here
    repo1-s3-key-secret=secret-of-the-bucket
    repo1-cipher-type=aes-256-cbc
    repo1-cipher-pass=passphrase-of-the-repository"
  `);
});

test("somebody else's endpoint is trusted by its own CA, or by those that the host trusts", () => {
  expect(seenBy(s3(), 'primary')).toMatchInlineSnapshot(`
    "repo1-type=s3
    repo1-path=/pgbackrest
    repo1-s3-bucket=shop
    repo1-s3-endpoint=s3.example.com
    repo1-storage-port=443
    repo1-s3-region=us-east-1
    repo1-s3-uri-style=host
    repo1-s3-key=shop-writes-here
    repo1-s3-key-secret=secret-of-the-bucket
    repo1-cipher-type=aes-256-cbc
    repo1-cipher-pass=passphrase-of-the-repository"
  `);
  expect(seenBy(s3({ MINIO_CA_CERT: './store-ca.crt' }), 'primary')).toContain(
    'repo1-storage-ca-file=/etc/dbctl/shop/_pgbackrest/store-ca.crt',
  );
});

test('while backups move, both repositories are written to, each with its own key, passphrase and CA', () => {
  const former = s3({
    MINIO_CA_CERT: './ca.crt',
    PGBACKREST_CIPHER_PASS: 'passphrase-of-the-former-repository',
    PGBACKREST_RETENTION_FULL: '5',
  });
  const moving = { cluster: posix.cluster, backup: { ...posix.backup, movingFrom: former.backup } };

  const lines = seenBy(moving, 'primary').split('\n');

  expect(lines).toEqual(
    expect.arrayContaining([
      'repo1-host=10.0.0.10',
      'repo1-cipher-pass=passphrase-of-the-repository',
      'repo2-s3-endpoint=s3.example.com',
      'repo2-cipher-pass=passphrase-of-the-former-repository',
      'repo2-storage-ca-file=/etc/dbctl/shop/_pgbackrest/former-store-ca.crt',
    ]),
  );
  expect(keepingLines(moving.backup)).toContain('repo2-retention-full=5');
});

test('every line is a name and a value: nothing stands behind it, and nothing is undefined', () => {
  for (const one of [posix, minio, s3()]) {
    const { cluster, backup } = one;
    const text = [
      seenBy(one, 'control'),
      seenBy(one, 'primary'),
      keepingLines(backup),
      nodeLines(cluster, backup),
    ];

    for (const line of text.join('\n').split('\n')) expect(line).toMatch(/^(repo|pg)\d-[a-z0-9-]+=\S+$/);
    expect(text.join('\n')).not.toContain('undefined');
  }
});

test('how many backups are kept is for the host that makes them', () => {
  expect(keepingLines(posix.backup)).toMatchInlineSnapshot(`
    "repo1-bundle=y
    repo1-retention-full=2
    repo1-retention-diff=7"
  `);
});

test('the control host reaches every node over TLS, with the configuration that is there', () => {
  expect(nodeLines(posix.cluster, posix.backup)).toMatchInlineSnapshot(`
    "pg1-host=10.0.0.11
    pg1-host-type=tls
    pg1-host-port=8432
    pg1-host-config=/etc/dbctl/shop/pg1/pgbackrest.conf
    pg1-host-ca-file=/etc/dbctl/shop/_pgbackrest/ca.crt
    pg1-host-cert-file=/etc/dbctl/shop/_pgbackrest/client.crt
    pg1-host-key-file=/etc/dbctl/shop/_pgbackrest/client.key
    pg1-path=/var/lib/postgresql/17/main
    pg1-port=5432
    pg1-socket-path=/var/run/postgresql
    pg1-user=postgres
    pg2-host=10.0.0.12
    pg2-host-type=tls
    pg2-host-port=8432
    pg2-host-config=/etc/dbctl/shop/pg2/pgbackrest.conf
    pg2-host-ca-file=/etc/dbctl/shop/_pgbackrest/ca.crt
    pg2-host-cert-file=/etc/dbctl/shop/_pgbackrest/client.crt
    pg2-host-key-file=/etc/dbctl/shop/_pgbackrest/client.key
    pg2-path=/var/lib/postgresql/17/main
    pg2-port=5432
    pg2-socket-path=/var/run/postgresql
    pg2-user=postgres"
  `);
});

test('a node on the control host is not reached over TLS, and needs no server of its own', () => {
  const { cluster, backup } = shopWith({ CLUSTER_CONTROL_HOST: 'control=10.0.0.11' });

  expect(nodeLines(cluster, backup)).not.toContain('pg1-host');
  expect(nodeLines(cluster, backup)).toContain('pg2-host=10.0.0.12');
  expect(dataMachines(cluster).map(({ name }) => name)).toEqual(['pg2']);
  expect(repositoryLines(posix.cluster, posix.backup, { name: 'pg9', host: '10.0.0.10' })).toContain(
    'repo1-type=posix',
  );
});

test('nodes that share a host share its server, and have a configuration each', () => {
  const { cluster, backup } = shopWith({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.11:5433,pg3=10.0.0.13' });

  expect(dataMachines(cluster).map(({ name }) => name)).toEqual(['pg1', 'pg3']);
  const lines = nodeLines(cluster, backup).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'pg1-host=10.0.0.11',
      'pg1-host-config=/etc/dbctl/shop/pg1/pgbackrest.conf',
      'pg2-host=10.0.0.11',
      'pg2-host-config=/etc/dbctl/shop/pg2/pgbackrest.conf',
      'pg2-port=5433',
    ]),
  );
});

test('servers know the control host by name; its own server knows the nodes where it keeps the repository', () => {
  const { cluster, backup } = posix;

  expect(clientLines(cluster, backup, cluster.primary)).toBe('tls-server-auth=shop-control=shop');
  expect(clientLines(cluster, backup, cluster.control)).toBe(
    'tls-server-auth=shop-pg1=shop\ntls-server-auth=shop-pg2=shop',
  );
  expect(clientLines(cluster, minio.backup, cluster.control)).toBe('');
});

const names = (machines: readonly { name: string }[]): string => machines.map(({ name }) => name).join();

test('who serves and who connects follows from where the repository is', () => {
  expect(names(serverMachines(posix.cluster, posix.backup))).toBe('control,pg1,pg2');
  expect(names(clientMachines(posix.cluster, posix.backup))).toBe('control,pg1,pg2');
  expect(names(serverMachines(minio.cluster, minio.backup))).toBe('pg1,pg2');
  expect(names(clientMachines(minio.cluster, minio.backup))).toBe('control');
});

test('on a single machine nobody serves and nobody connects: everything is a file of it', () => {
  const { cluster, backup } = shopWith({
    ...noStore,
    BACKUP_REPOSITORY: 'posix',
    CLUSTER_CONTROL_HOST: 'control=10.0.0.11',
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.11:5433,pg3=10.0.0.11:5434',
  });

  expect([...serverMachines(cluster, backup), ...clientMachines(cluster, backup)]).toEqual([]);
  expect(repositoryLines(cluster, backup, cluster.replicas[1]!)).toContain(
    'repo1-path=/var/lib/pgbackrest/shop',
  );
  expect(nodeLines(cluster, backup)).not.toContain('-host');
});
