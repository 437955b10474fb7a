import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { settings, settingRows, type SettingName } from '../../../src/config/settings.ts';
import { Secret } from '../../../src/model/secret.ts';
import { programLocation } from '../../../src/config/readers/backup.ts';
import { path } from '../../../src/config/readers/reader.ts';
import { quoteValue } from '../../../src/config/cluster-text.ts';
import type { Cluster } from '../../../src/model/cluster.ts';
import { loadCluster } from '../../../src/config/load.ts';
import { clusterOf, fileOf, leastBackup, problemsOf, temporaryFile } from '../../support/cluster-file.ts';
import { hostileNames } from './hostile-names.ts';

const read = (name: SettingName, text: string): unknown => {
  const result = v.safeParse(settings[name].read, text);
  return result.success ? result.output : result.issues.map(({ message }) => message).join('; ');
};

test.each<[SettingName, string, unknown]>([
  ['CLUSTER_NAME', 'shop-2', 'shop-2'],
  [
    'CLUSTER_ALLOWED_CIDRS',
    '10.0.0.0/8, 192.168.1.7 ,fd00::/8,2001:DB8::1',
    ['10.0.0.0/8', '192.168.1.7/32', 'fd00::/8', '2001:db8::1/128'],
  ],
  ['CLUSTER_ALLOWED_CIDRS', '', []],
  ['POSTGRES_VERSION', '15', 15],
  ['POSTGRES_PORT', '65535', 65535],
  ['POSTGRES_DB', 'Shop-2_x', 'Shop-2_x'],
  ['WARN_REPLICA_LAG', '2', 2],
  ['WARN_REPLICA_LAG', '500ms', 0.5],
  ['WARN_REPLICA_LAG', '1.5s', 1.5],
  ['MAX_REPLICA_LAG', '2min', 120],
  ['CLUSTER_SSH_USER', 'deploy.bot-1', 'deploy.bot-1'],
  ['MINIO_ENDPOINT', 'store.example.net', { host: 'store.example.net', port: undefined }],
  ['MINIO_ENDPOINT', 'https://10.0.0.10:9000/', { host: '10.0.0.10', port: 9000 }],
  ['MINIO_ENDPOINT', '[fd00::1]:9000', { host: 'fd00::1', port: 9000 }],
  ['MINIO_BINARY', 'https://example.net/minio', 'https://example.net/minio'],
  ['MINIO_BINARY', '~/bin/minio', '~/bin/minio'],
  ...[
    'daily',
    'hourly Europe/Berlin',
    'Sat,Sun',
    'Mon..Fri 22:30 UTC',
    'Sun *-*-* 01:00:00',
    '*-*-* 00/6:30:00',
    '*-02~07/1',
    '2026-12-31 23:59 America/Argentina/Buenos_Aires',
  ].map((text): [SettingName, string, unknown] => ['BACKUP_SCHEDULE_FULL', text, text]),
  ['BACKUP_SCHEDULE_INCR', 'off', undefined],
])('%s=%s is read as %j', (name, text, value) => {
  expect(read(name, text)).toEqual(value);
});

test.each<[SettingName, string, string]>([
  ['CLUSTER_NAME', 'Shop', 'expected lower-case letters'],
  ['CLUSTER_NAME', 'a'.repeat(32), 'at most 31'],
  ['CLUSTER_ALLOWED_CIDRS', '0.0.0.0/0', 'would allow the whole internet'],
  ['CLUSTER_ALLOWED_CIDRS', '::/0', 'would allow the whole internet'],
  ['CLUSTER_ALLOWED_CIDRS', '0.0.0.0', 'would allow the whole internet'],
  ['CLUSTER_ALLOWED_CIDRS', '0:0::/0', 'would allow the whole internet'],
  ['CLUSTER_ALLOWED_CIDRS', '10.0.0.1/24', 'did you mean 10.0.0.0/24?'],
  ['CLUSTER_ALLOWED_CIDRS', 'fd00::1/64', 'did you mean fd00::/64?'],
  ['CLUSTER_ALLOWED_CIDRS', '10.0.0.0/33', 'expected networks'],
  ['CLUSTER_ALLOWED_CIDRS', '10.0.0.0/08', 'expected networks'],
  ['CLUSTER_ALLOWED_CIDRS', '10.0.0.0/', 'expected networks'],
  ['CLUSTER_ALLOWED_CIDRS', '010.0.0.0/8', 'expected networks'],
  ['CLUSTER_ALLOWED_CIDRS', 'fe80::1%eth0/128', 'expected networks'],
  ['CLUSTER_ALLOWED_CIDRS', 'all', 'expected networks'],
  ['CLUSTER_ALLOWED_CIDRS', '10.0.0.0/8,,10.0.0.1', 'expected networks'],
  ['POSTGRES_VERSION', '14', 'from 15 to 18'],
  ['POSTGRES_VERSION', '17.2', 'from 15 to 18'],
  ...['0', '-1', '65536', '22;id', '0x16', '1e3', ' 22', '+1', '٢٢', '99999999999'].map(
    (text): [SettingName, string, string] => ['POSTGRES_PORT', text, 'from 1 to 65535'],
  ),
  ['POSTGRES_DB', 'template1', 'reserved'],
  ['POSTGRES_DB', 'Postgres', 'reserved'],
  ['POSTGRES_DB', '1shop', 'expected letters'],
  ['POSTGRES_USER', 'pg_monitor', 'reserved'],
  ['POSTGRES_USER', 'PUBLIC', 'reserved'],
  ['POSTGRES_USER', 'a'.repeat(64), 'at most 63'],
  ['CLUSTER_SSH_USER', "root'--", 'expected the name of a login user'],
  ['CLUSTER_SSH_USER', 'postgres\nStrictHostKeyChecking no', 'expected the name of a login user'],
  ['CLUSTER_SSH_KEY', '~root/.ssh/id', 'only ~/'],
  ['CLUSTER_SSH_KEY', '/etc/', 'the directory'],
  ['CLUSTER_SSH_KEY', 'a\nb', 'printable'],
  ['CLUSTER_SSH_KEY', 'x'.repeat(5000), 'printable'],
  ['MAX_REPLICA_LAG', '-1', 'expected a duration'],
  ['MAX_REPLICA_LAG', '5 s', 'expected a duration'],
  ['POSTGRES_PASSWORD', 'short', 'at least 12'],
  ['POSTGRES_PASSWORD', 'ü'.repeat(501), 'at most 1000 bytes'],
  ['POSTGRES_PASSWORD', 'line\nbreak inside', 'control character'],
  ['BACKUP_REPOSITORY', 'S3', 'expected minio, versitygw, s3 or posix'],
  ['MINIO_ENDPOINT', 'http://store:9000', 'expected https'],
  ['MINIO_ENDPOINT', 'https://user:pass@store', 'expected'],
  ['MINIO_ENDPOINT', 'https://store/bucket', 'expected'],
  ...['ab', '-shop', 'shop-', 'Shop', 'shop.backups', 'a'.repeat(64)].map(
    (text): [SettingName, string, string] => ['MINIO_BUCKET', text, 'expected 3 to 63'],
  ),
  ['MINIO_URI_STYLE', 'virtual', 'expected path or host'],
  ['MINIO_ACCESS_KEY', 'ab', 'expected 3 to 128'],
  ['MINIO_ACCESS_KEY', 'a/b=c', 'expected 3 to 128'],
  ['MINIO_SECRET_KEY', 'seven77', 'expected 8 to 128'],
  ['MINIO_SECRET_KEY', 'with a space', 'without spaces'],
  ['MINIO_ROOT_PASSWORD', 'a'.repeat(41), 'expected 8 to 40'],
  ['MINIO_BINARY', 'http://example.net/minio', 'expected an https URL'],
  ['MINIO_BINARY', 'https://me:secret@example.net/minio', 'without a login'],
  ['MINIO_BINARY', '/usr/local/bin/', 'the directory'],
  ['MINIO_BINARY_SHA256', 'A'.repeat(64), 'expected 64'],
  ['PGBACKREST_CIPHER_PASS', 'too short', 'expected at least 20'],
  ['PGBACKREST_CIPHER_PASS', ' a space in front of it', 'starts or ends with a space'],
  ['PGBACKREST_CIPHER_PASS', 'a tab\tin a passphrase', 'control character'],
  ...[
    '--help',
    '-rf and more of it',
    'every day',
    'daily and more',
    '02:00 or so',
    '',
    `*${'0'.repeat(200)}`,
  ].map((text): [SettingName, string, string] => [
    'BACKUP_SCHEDULE_DIFF',
    text,
    'expected a calendar expression',
  ]),
])('%s=%j is refused: %s', (name, text, message) => {
  expect(read(name, text)).toContain(message);
});

const hostile = [
  ...hostileNames,
  'pаypal',
  '\u202Egp',
  'a"b',
  "a'b",
  'a\\b',
  '"; DROP TABLE x;--',
  '1_000',
  '0777',
  'yes',
  '*',
  '$IFS',
  '-rf',
  '__proto__',
];

/** Settings that take any line of text, and where it is found then. */
const takers = new Map<string, (cluster: Cluster) => Secret | undefined>([
  ['POSTGRES_PASSWORD', ({ postgres }) => postgres.admin.password],
  ['POSTGRES_APP_PASSWORD', ({ postgres }) => postgres.writer.password],
  ['POSTGRES_READONLY_PASSWORD', ({ postgres }) => postgres.reader.password],
  ['POSTGRES_REPLICATION_PASSWORD', ({ postgres }) => postgres.replication.password],
  ['PGBACKREST_CIPHER_PASS', ({ backup }) => backup?.cipherPass],
]);

const paths: readonly unknown[] = [path, programLocation];

const literal = (name: SettingName, value: unknown, text: string): boolean => {
  if (value instanceof Secret) return value.reveal() === text;
  if (typeof value === 'number') return String(value) === String(Number(text));
  if (typeof value === 'string') return value === text;
  if (name === 'MINIO_ENDPOINT') return JSON.stringify(value) === JSON.stringify({ host: text });
  return JSON.stringify(value).includes(text) && /^[\w.-]+$/.test(text) && /HOST/.test(name);
};

test.each(settingRows.map(([name]) => name))('%s takes a hostile value literally or not at all', (name) => {
  for (const text of hostile.flatMap((one) => [one, `${one} and more of it`])) {
    const value = read(name, text);
    if (typeof value === 'string' && value !== text)
      expect(value).toMatch(/expected|reserved|contains|needs|only|got/);
    else expect(literal(name, value, text), `${name}=${text}`).toBe(true);
  }
});

test.each(settingRows.map(([name]) => name))(
  '%s takes a hostile line literally or names the problem',
  (name) => {
    for (const text of hostile.map((one) => `${one} and more of it, much more`)) {
      const isWritable = !/[\0\r\n]/.test(text);
      const load = (): Cluster =>
        clusterOf({ ...leastBackup, [name]: isWritable ? quoteValue(text, name) : `'${text}'` });
      const taker = takers.get(name);
      if (taker && isWritable) expect(taker(load())?.reveal()).toBe(text);
      else if (!paths.includes(settings[name].read) || !isWritable) expect(problemsOf(load)).toContain(name);
    }
  },
);

test('names of JavaScript objects are unknown settings like any other', () => {
  const text = `${fileOf()}__proto__=x\nconstructor=y\ntoString=z\nPOSTGRES_CONF___proto__=1\n`;

  const problems = problemsOf(() => loadCluster(temporaryFile(text)));

  expect(problems).toContain('has 3 problems');
  expect(problems).toContain('__proto__ is not a setting');
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('a secret is read from the file it names, without the line break at its end', () => {
  const file = temporaryFile(fileOf({ POSTGRES_PASSWORD: undefined, POSTGRES_PASSWORD_FILE: 'pw' }));
  const secret = join(dirname(file), 'pw');
  writeFileSync(secret, ' \'"`# from a file \n', { mode: 0o600 });

  expect(loadCluster(file).postgres.admin.password.reveal()).toBe(' \'"`# from a file ');

  chmodSync(secret, 0o644);
  expect(problemsOf(() => loadCluster(file))).toContain('pw" can be read by others');
  writeFileSync(secret, 'two\nlines of text\n');
  chmodSync(secret, 0o600);
  expect(problemsOf(() => loadCluster(file))).toContain('control character');
});

test.skipIf(process.getuid?.() !== 0)('a secret that a container mounted may be readable by all', () => {
  mkdirSync('/run/secrets', { recursive: true });
  const secret = join(mkdtempSync('/run/secrets/dbctl-test-'), 'pw');
  writeFileSync(secret, 'mounted password\n', { mode: 0o444 });

  const { postgres } = clusterOf({ POSTGRES_PASSWORD: undefined, POSTGRES_PASSWORD_FILE: secret });
  rmSync(dirname(secret), { recursive: true });

  expect(postgres.admin.password.reveal()).toBe('mounted password');
});

test('a secret that is given twice, or whose file is missing, is a problem', () => {
  const problems = problemsOf(() =>
    clusterOf({
      POSTGRES_PASSWORD: undefined,
      POSTGRES_PASSWORD_FILE: '/none',
      POSTGRES_APP_PASSWORD_FILE: '/none',
    }),
  );

  expect(problems).toContain('POSTGRES_PASSWORD_FILE: "/none" does not exist');
  expect(problems).toContain('POSTGRES_APP_PASSWORD and POSTGRES_APP_PASSWORD_FILE are both set; keep one');
});
