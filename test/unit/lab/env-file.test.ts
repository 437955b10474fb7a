import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { parseCluster } from '../../../src/config/load.ts';
import { envFile, isOwn } from '../../../src/lab/env-file.ts';
import { hostsOf, type Lab } from '../../../src/lab/lab.ts';
import { exampleLab } from './example-lab.ts';

const write = (lab: Lab): string => {
  let count = 0;
  return envFile({
    lab,
    key: '/srv/x/key',
    knownHosts: '/srv/x/known_hosts',
    secret: (length) => `secret${(count += 1)}`.padEnd(length, 'x'),
  });
};

const withHosts = (...names: readonly string[]): Lab => ({
  ...exampleLab,
  hosts: hostsOf('lab', exampleLab.network, names),
});

test('a lab writes every setting its cluster needs', () => {
  expect(write(exampleLab)).toMatchInlineSnapshot(`
    "# Written by dbctl lab up lab
    # Debian 13 hosts on this machine (10.77.0.1). Removed by: dbctl lab down --name lab

    CLUSTER_NAME=lab
    CLUSTER_DB_PRIMARY_HOST=pg1=10.77.0.11
    CLUSTER_DB_REPLICA_HOSTS=pg2=10.77.0.12
    # Keeps the key of the cluster's CA, and the backups.
    CLUSTER_CONTROL_HOST=control=10.77.0.10
    # Networks that applications and dbctl probe connect from. The cluster's own hosts always may.
    CLUSTER_ALLOWED_CIDRS=10.77.0.0/24

    # How to log in on the hosts; the rest is up to ~/.ssh/config.
    CLUSTER_SSH_USER=root
    CLUSTER_SSH_KEY=/srv/x/key
    CLUSTER_SSH_KNOWN_HOSTS=/srv/x/known_hosts

    POSTGRES_VERSION=17
    POSTGRES_DB=app
    # Owns the database and runs migrations.
    POSTGRES_USER=app_admin
    POSTGRES_PASSWORD=secret1xxxxxxxxxxxxxxxxxxxxxxxxx
    # The application: reads and writes rows.
    POSTGRES_APP_USER=app_writer
    POSTGRES_APP_PASSWORD=secret2xxxxxxxxxxxxxxxxxxxxxxxxx
    # Reports and dashboards: reads everything.
    POSTGRES_READONLY_USER=app_reader
    POSTGRES_READONLY_PASSWORD=secret3xxxxxxxxxxxxxxxxxxxxxxxxx
    # The replicas.
    POSTGRES_REPLICATION_USER=replicator
    POSTGRES_REPLICATION_PASSWORD=secret4xxxxxxxxxxxxxxxxxxxxxxxxx

    # Backups and WAL, with pgBackRest.
    BACKUP_REPOSITORY=minio
    MINIO_BUCKET=lab-backups
    MINIO_ACCESS_KEY=secret5xxxxxxxxxxxxx
    MINIO_SECRET_KEY=secret6xxxxxxxxxxxxxxxxxxxxxxxxx
    MINIO_ROOT_USER=secret7xxxxxxxxxxxxx
    MINIO_ROOT_PASSWORD=secret8xxxxxxxxxxxxxxxxxxxxxxxxx
    # Encrypts the backups. Keep a copy elsewhere: without it nothing can be restored.
    PGBACKREST_CIPHER_PASS=secret9xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    "
  `);
});

test('without a control host the first host is the primary and no control host is named', () => {
  const lab = withHosts('db');

  expect(write(lab)).toContain('CLUSTER_DB_PRIMARY_HOST=db=10.77.0.10\n');
  expect(write(lab)).not.toMatch(/CONTROL|REPLICA_HOSTS/);
});

test('no backups without a host to keep them, without a database, or on bare hosts', () => {
  for (const lab of [withHosts('pg1', 'pg2'), withHosts('control'), { ...exampleLab, bare: true }]) {
    expect(write(lab)).not.toMatch(/BACKUP|MINIO|PGBACKREST/);
  }
});

test.each(['x', 'lab-'])('a lab called %s gets a name of a bucket that stores accept', (name) => {
  expect(parseCluster(write({ ...exampleLab, name }), '/srv/x/.env.cluster').backup).toBeDefined();
});

test('only the lab that wrote a file recognises it', () => {
  expect(isOwn(write(exampleLab), 'lab')).toBe(true);
  expect(isOwn(write(exampleLab), 'lab2')).toBe(false);
  expect(isOwn('CLUSTER_NAME=lab\n', 'lab')).toBe(false);
});

test('the file is accepted as it is, also when it lies under an odd path', () => {
  const file = "/srv/it's a $HOME #1/.env.cluster";
  const lab = { ...exampleLab, directory: dirname(file) };
  const text = envFile({
    lab,
    key: `${lab.directory}/key`,
    knownHosts: `${lab.directory}/known`,
    secret: (length) => randomBytes(length).toString('hex').slice(0, length),
  });

  const cluster = parseCluster(text, file);

  expect(cluster.name).toBe('lab');
  expect(cluster.ssh.keyFile).toBe(`${lab.directory}/key`);
  expect(cluster.backup).toMatchObject({ repository: { kind: 'minio', host: '10.77.0.10' }, stanza: 'lab' });
});
