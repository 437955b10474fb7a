import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configuredReplicas, type Cluster } from '../../../src/model/cluster.ts';
import { parseCluster } from '../../../src/config/load.ts';
import {
  newFileText,
  refuseWithoutHosts,
  wrongAnswers,
  type Answers,
} from '../../../src/cluster-file/new-cluster.ts';
import { clusterNameFor, databaseFor, rolesFor } from '../../../src/config/new-names.ts';
import { Secret } from '../../../src/model/secret.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
const file = join(directory, '.env.cluster');
const least: Answers = { name: 'shop', hosts: ['10.0.0.11'] };

const clusterFrom = (answers: Partial<Answers>): Cluster =>
  parseCluster(newFileText({ ...least, ...answers }, file), file);

const wrong = (answers: Partial<Answers>): readonly string[] =>
  wrongAnswers({ ...least, ...answers }, file).map(({ text }) => text);

test('a new file is one that a person can read', () => {
  const text = newFileText(
    {
      ...least,
      hosts: ['10.0.0.11', '10.0.0.12,db3.example.net:5433'],
      control: '10.0.0.10',
      sshUser: 'deploy',
      allow: '10.0.1.0/24',
    },
    file,
  );

  expect(text.replaceAll(/(PASS(?:WORD)?)=\w{32,}$/gm, '$1=…')).toMatchInlineSnapshot(`
    "# Written by dbctl init; edit it as you like. What it says: dbctl config
    # Every line, and everything else that can be said here: dbctl config explain
    # It holds passwords: keep a copy in a safe place, and all of it out of version control.

    CLUSTER_NAME=shop
    CLUSTER_DB_PRIMARY_HOST=pg1=10.0.0.11
    CLUSTER_DB_REPLICA_HOSTS=pg2=10.0.0.12,db3.example.net:5433
    # Keeps the key of the cluster's CA, and the backups.
    CLUSTER_CONTROL_HOST=control=10.0.0.10
    # Networks that applications and dbctl probe connect from. The cluster's own hosts always may.
    CLUSTER_ALLOWED_CIDRS=10.0.1.0/24

    # How to log in on the hosts; the rest is up to ~/.ssh/config.
    CLUSTER_SSH_USER=deploy

    POSTGRES_VERSION=17
    POSTGRES_DB=shop
    # Owns the database and runs migrations.
    POSTGRES_USER=shop_admin
    POSTGRES_PASSWORD=…
    # The application: reads and writes rows.
    POSTGRES_APP_USER=shop_app
    POSTGRES_APP_PASSWORD=…
    # Reports and dashboards: reads everything.
    POSTGRES_READONLY_USER=shop_readonly
    POSTGRES_READONLY_PASSWORD=…
    # The replicas.
    POSTGRES_REPLICATION_USER=replicator
    POSTGRES_REPLICATION_PASSWORD=…

    # Backups and WAL, with pgBackRest.
    BACKUP_REPOSITORY=posix
    # Encrypts the backups. Keep a copy elsewhere: without it nothing can be restored.
    PGBACKREST_CIPHER_PASS=…
    "
  `);
});

test('hosts are separated by spaces or commas, and the first one is the primary', () => {
  const cluster = clusterFrom({ hosts: ['10.0.0.11,db2.example.net', 'pg9=[fd00::3]:5433'] });

  expect(cluster.configuredPrimary.name).toBe('pg1');
  expect(configuredReplicas(cluster)).toEqual([
    { name: 'db2', host: 'db2.example.net', port: 5432 },
    { name: 'pg9', host: 'fd00::3', port: 5433 },
  ]);
});

const names = (...hosts: readonly string[]): readonly string[] =>
  clusterFrom({ hosts }).nodes.map(({ name }) => name);

test('addresses are called after their place, unless that name is taken', () => {
  expect(names('10.0.0.11', '10.0.0.11:5433', '[fd00::3]')).toEqual(['pg1', 'pg2', 'pg3']);
  expect(names('10.0.0.11', 'pg1=10.0.0.12')).toEqual(['node-10-0-0-11', 'pg1']);
});

test.each<[string | undefined, object]>([
  ['10.0.0.10', { name: 'control', host: '10.0.0.10' }],
  ['keeper=10.0.0.10', { name: 'keeper', host: '10.0.0.10' }],
  ['10.0.0.11', { name: 'pg1', host: '10.0.0.11' }],
  ['local', { name: 'local', host: 'local' }],
  [undefined, { name: 'local', host: 'local' }],
])('the control host %s is %j', (control, machine) => {
  expect(clusterFrom({ control }).control).toEqual(machine);
});

test.each<[Partial<Answers>, string | undefined]>([
  [{}, undefined],
  [{ control: 'local' }, undefined],
  [{ control: '10.0.0.10' }, 'posix'],
  [{ control: '10.0.0.10', repository: 'none' }, undefined],
  [{ control: '10.0.0.10', repository: 'minio' }, 'minio'],
  [{ control: '10.0.0.10', repository: 'versitygw', name: 'a-' }, 'versitygw'],
  [
    {
      repository: 's3',
      endpoint: 's3.example.net',
      accessKey: new Secret('id-of-the-key'),
      secretKey: new Secret('the-key-to-it'),
    },
    's3',
  ],
])('%j is backed up into %s, with everything that needs', (answers, kind) => {
  expect(clusterFrom(answers).backup?.repository.kind).toBe(kind);
});

test('every secret is strong and another one each time', () => {
  const secrets = [1, 2].flatMap(() => {
    const text = newFileText({ ...least, control: '10.0.0.10', repository: 'minio' }, file);
    return [...text.matchAll(/^(\w+(?:PASSWORD|PASS|KEY|ROOT_USER))=(\w+)$/gm)].map((match) => match[2]!);
  });

  expect(secrets).toHaveLength(18);
  expect(new Set(secrets).size).toBe(18);
  expect(Math.min(...secrets.map(({ length }) => length))).toBeGreaterThanOrEqual(20);
});

test('paths are written as they are seen from the file', () => {
  const here = process.cwd();
  mkdirSync(join(directory, 'keys'));
  const key = join(directory, 'keys', 'id');
  writeFileSync(key, '');

  expect(clusterFrom({ sshKey: key }).ssh.keyFile).toBe(key);
  expect(clusterFrom({ knownHosts: 'known' }).ssh.knownHostsFile).toBe(join(here, 'known'));
  expect(newFileText({ ...least, knownHosts: '~/known' }, file)).toContain("KNOWN_HOSTS='~/known'\n");
});

test('everything that is wrong is said at once, by the flags that say it', () => {
  const answers: Answers = {
    name: 'Shop',
    hosts: ['10.0.0.11,10.0.0.11', 'a:b', 'pg4=x', 'pg4=y'],
    allow: '10.0.0.1/24',
    sshPort: '0',
    sshKey: '/none',
    postgresVersion: '9',
    database: 'postgres',
    repository: 'tape',
    knownHosts: 'a\nb',
  };

  expect(() => newFileText(answers, file)).toThrow(expect.objectContaining({ exitCode: 2 }));
  expect(wrong(answers).join('\n').replaceAll(process.cwd(), '/here')).toMatchInlineSnapshot(`
    "--name: expected lower-case letters, digits and -, starting with a letter, at most 31 characters, got "Shop"
    hosts: expected a port from 1 to 65535, got "b"
    --allow: "10.0.0.1/24" has bits behind its prefix; did you mean 10.0.0.0/24?
    --ssh-port: expected a whole number from 1 to 65535, got "0"
    --known-hosts: expected a path of printable characters, got "/here/a\\nb"
    --postgres-version: expected a whole number from 15 to 18, got "9"
    --database: "postgres" is reserved by PostgreSQL; choose another database name
    --repository: expected minio, versitygw, s3 or posix, got "tape"; none is for no backups
    hosts: 10.0.0.11:5432 is given twice
    hosts: pg4 (x:5432) and pg4 (y:5432) need different names: write name=host
    --ssh-key: "/none" does not exist"
  `);
});

test('what a repository needs is asked for by its flags', () => {
  expect(wrong({ repository: 's3' }).join('\n')).toMatchInlineSnapshot(`
    "--endpoint is missing: --repository s3 needs it
    --access-key-file is missing: --repository s3 needs it
    --secret-key-file is missing: --repository s3 needs it"
  `);
  expect(wrong({ repository: 'posix' }).join('\n')).toMatchInlineSnapshot(
    `"--control must be an address that the data hosts can reach: --repository posix keeps the backups there"`,
  );
  expect(wrong({ hosts: [] }).join('\n')).toMatch(/^hosts is missing/);
});

test.each([
  ['/srv/shop', 'shop'],
  ['/srv/My Shop (2)', 'my-shop-2'],
  ['/srv/2024', 'main'],
  ['/', 'main'],
  [`/srv/${'a'.repeat(30)}-b`, 'a'.repeat(30)],
  ['/srv/ключ', 'main'],
])('in %s the cluster is called %s', (path, name) => {
  expect(clusterNameFor(path)).toBe(name);
});

test.each([
  ['shop-2', 'shop_2', 'shop_2_admin'],
  ['all', 'app', 'app_admin'],
  ['pg', 'pg', 'app_admin'],
])('the cluster %s has the database %s, owned by %s', (cluster, database, admin) => {
  expect(databaseFor(cluster)).toBe(database);
  expect(rolesFor(database).admin).toBe(admin);
});

test.each([true, false])('without hosts and with nobody to ask, it says what it needs', (isTerminal) => {
  expect(() => refuseWithoutHosts({ hosts: [] }, isTerminal)).toThrow(
    expect.objectContaining({
      message: 'no host is named',
      why: expect.stringContaining(isTerminal ? '--yes' : 'no terminal') as unknown,
      next: expect.arrayContaining([expect.stringContaining('dbctl init --name shop 10')]) as unknown,
    }),
  );
  expect(() => refuseWithoutHosts(least, isTerminal)).not.toThrow();
});
