import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Backup } from '../../../src/model/backup.ts';
import { loadCluster } from '../../../src/config/load.ts';
import { clusterOf, fileOf, leastBackup, problemsOf, temporaryFile } from '../../support/cluster-file.ts';

type Changes = Readonly<Record<string, string | undefined>>;

const backupOf = (changes: Changes = {}): Backup | undefined =>
  clusterOf({ ...leastBackup, ...changes }).backup;
const refused = (changes: Changes): string => problemsOf(() => backupOf(changes));

const withoutStore: Changes = {
  MINIO_ACCESS_KEY: undefined,
  MINIO_SECRET_KEY: undefined,
  MINIO_ROOT_USER: undefined,
  MINIO_ROOT_PASSWORD: undefined,
};

test('parameters that would keep WAL from the backups are refused with them, and taken without', () => {
  const parameters = { POSTGRES_CONF_archive_mode: 'off', POSTGRES_CONF_archive_command: 'true' };

  expect(refused(parameters)).toContain('POSTGRES_CONF_archive_mode must be on, not off');
  expect(refused(parameters)).toContain('POSTGRES_CONF_archive_command: belongs to the backups');
  expect(backupOf({ ...parameters, BACKUP_REPOSITORY: undefined })).toBeUndefined();
  expect(backupOf({ POSTGRES_CONF_archive_mode: 'on' })).toBeDefined();
});

test('without a repository there are no backups, whatever else is set', () => {
  expect(backupOf({ BACKUP_REPOSITORY: undefined, MINIO_SECRET_KEY: undefined })).toBeUndefined();
});

test.each(['minio', 'versitygw'])(
  'a %s of dbctl is on the control host, with a default for the rest',
  (kind) => {
    const backup = backupOf({ BACKUP_REPOSITORY: kind });

    expect(backup).toMatchObject({
      repository: {
        kind,
        host: '10.0.0.10',
        port: 9000,
        bucket: 'shop',
        region: 'us-east-1',
        uriStyle: 'path',
        binary: undefined,
      },
      stanza: 'shop',
      tlsPort: 8432,
      retention: { full: 2, diff: 7 },
      schedule: {
        full: 'Sun *-*-* 01:00:00',
        diff: '*-*-* 02:00:00',
        incr: '*-*-* 00/6:30:00',
        drill: 'Sun *-*-* 04:00:00',
      },
      ageLimits: { warnSeconds: 26 * 3600, maxSeconds: 50 * 3600 },
      drillAgeSeconds: 8 * 86_400,
      drillAssertionsFile: undefined,
    });
    expect(backup?.cipherPass.reveal()).toBe('passphrase-of-the-repository');
  },
);

test('an s3 is anywhere, on the port of HTTPS, and signed by a CA that the hosts trust', () => {
  const s3 = {
    BACKUP_REPOSITORY: 's3',
    MINIO_ENDPOINT: 'store.example.net',
    CLUSTER_CONTROL_HOST: undefined,
  };

  expect(backupOf(s3)?.repository).toMatchObject({
    kind: 's3',
    host: 'store.example.net',
    port: 443,
    caCertificateFile: undefined,
  });
  expect(backupOf({ ...s3, MINIO_CA_CERT: 'store.crt' })?.repository).toMatchObject({
    caCertificateFile: '/etc/dbctl/store.crt',
  });
});

test('posix needs no store', () => {
  expect(backupOf({ BACKUP_REPOSITORY: 'posix', ...withoutStore })?.repository).toEqual({ kind: 'posix' });
});

test('what is given takes the place of a default; files start at .env.cluster', () => {
  const backup = backupOf({
    S3_ENDPOINT: 'https://store.example.net:9443',
    S3_BUCKET: 'shop-backups',
    PGBACKREST_STANZA: 'main',
    MINIO_BINARY: 'bin/minio',
    BACKUP_SCHEDULE_DRILL: 'off',
    BACKUP_DRILL_SQL: 'drill.sql',
  });

  expect(backup?.repository).toMatchObject({
    host: 'store.example.net',
    port: 9443,
    bucket: 'shop-backups',
    binary: { location: '/etc/dbctl/bin/minio', sha256: undefined },
  });
  expect(backup).toMatchObject({
    stanza: 'main',
    schedule: { drill: undefined },
    drillAssertionsFile: '/etc/dbctl/drill.sql',
  });
});

test.each([
  ['minio', ['ACCESS_KEY', 'SECRET_KEY', 'ROOT_USER', 'ROOT_PASSWORD']],
  ['versitygw', ['ACCESS_KEY', 'SECRET_KEY', 'ROOT_USER', 'ROOT_PASSWORD']],
  ['s3', ['ENDPOINT', 'ACCESS_KEY', 'SECRET_KEY']],
  ['posix', []],
])('all that a %s lacks is named together', (kind, names) => {
  const problems = refused({ BACKUP_REPOSITORY: kind, ...withoutStore, PGBACKREST_CIPHER_PASS: undefined });

  const lacking = ['PGBACKREST_CIPHER_PASS', ...names.map((name) => `MINIO_${name}`)];
  expect(new Set([...problems.matchAll(/^(\w+) is missing/gm)].map(([, name]) => name))).toEqual(
    new Set(lacking),
  );
  expect(problems).toContain(`BACKUP_REPOSITORY=${kind} needs it`);
});

test('a setting with a problem of its own is not called missing too', () => {
  const changes = {
    MINIO_SECRET_KEY: 'short',
    MINIO_BUCKET: 'No.Bucket',
    MINIO_BINARY: 'https://example.net/minio',
    MINIO_BINARY_SHA256: 'no digest',
  };

  expect(refused(changes)).toContain('has 3 problems');
});

test.each<[why: string, changes: Changes, message: string]>([
  [
    'backups on the machine dbctl runs on cannot be reached by the data hosts',
    { CLUSTER_CONTROL_HOST: undefined },
    'CLUSTER_CONTROL_HOST must be an address that the data hosts can reach: BACKUP_REPOSITORY=minio keeps',
  ],
  [
    'the same goes for a repository on its disk',
    { BACKUP_REPOSITORY: 'posix', CLUSTER_CONTROL_HOST: 'local' },
    'must be an address that the data hosts can reach',
  ],
  [
    'a program from the network runs only when its digest is known',
    { MINIO_BINARY: 'https://example.net/minio' },
    'MINIO_BINARY_SHA256 is missing: a program from a URL is checked before it runs',
  ],
  [
    "the bucket's key must not be the administrator's",
    { MINIO_ROOT_USER: leastBackup['MINIO_ACCESS_KEY'] },
    'MINIO_ACCESS_KEY must differ from MINIO_ROOT_USER',
  ],
  [
    'MinIO takes ids of at most 20 characters',
    { MINIO_ACCESS_KEY: 'a'.repeat(21) },
    'MINIO_ACCESS_KEY: expected 3 to 20 characters, which is what MinIO takes',
  ],
  [
    'MinIO takes keys of at most 40 characters',
    { MINIO_SECRET_KEY: 'a'.repeat(41) },
    'MINIO_SECRET_KEY: expected 8 to 40 characters, which is what MinIO takes',
  ],
  [
    'not every name of a cluster can be that of a bucket',
    { CLUSTER_NAME: 'db' },
    'MINIO_BUCKET is missing: no bucket can be called db, as the cluster is',
  ],
  [
    'the warning would come after the alarm',
    { BACKUP_WARN_AGE: '3d', BACKUP_MAX_AGE: '2d' },
    'BACKUP_WARN_AGE is 259200 s, which is above BACKUP_MAX_AGE (172800 s)',
  ],
])('%s', (_, changes, message) => {
  expect(refused(changes).replaceAll(/^line \d+: /gm, '')).toContain(message);
});

test('a program from the network is taken with its digest', () => {
  const changes = { MINIO_BINARY: 'https://example.net/minio', MINIO_BINARY_SHA256: 'a'.repeat(64) };

  expect(backupOf(changes)?.repository).toMatchObject({
    binary: { location: 'https://example.net/minio', sha256: 'a'.repeat(64) },
  });
});

test('other stores take longer keys than MinIO does', () => {
  const changes = { BACKUP_REPOSITORY: 'versitygw', MINIO_ACCESS_KEY: 'a'.repeat(21) };

  expect(backupOf({ ...changes, MINIO_SECRET_KEY: 'a'.repeat(128) })).toBeDefined();
  expect(refused({ ...changes, MINIO_SECRET_KEY: 'a'.repeat(129) })).toContain('8 to 128');
});

test('no problem shows a secret, not even the id of a key', () => {
  const secrets = {
    MINIO_ACCESS_KEY: 'hush/key',
    MINIO_SECRET_KEY: `hush${'h'.repeat(200)}`,
    MINIO_ROOT_USER: 'hush=root',
    MINIO_ROOT_PASSWORD: 'hush',
    PGBACKREST_CIPHER_PASS: 'hush',
  };

  const problems = refused(secrets);

  expect(problems).toContain('has 5 problems');
  expect(problems).not.toContain('hush');
});

test('every secret of a backup can come from a file', () => {
  const file = temporaryFile(
    fileOf({ ...leastBackup, PGBACKREST_CIPHER_PASS: undefined, PGBACKREST_CIPHER_PASS_FILE: 'pass' }),
  );
  writeFileSync(join(dirname(file), 'pass'), 'passphrase # from a file\n', { mode: 0o600 });

  expect(loadCluster(file).backup?.cipherPass.reveal()).toBe('passphrase # from a file');
});
