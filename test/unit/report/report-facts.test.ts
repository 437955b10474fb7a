import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  filesBelow,
  hostItems,
  journalItem,
  repositoryItem,
  serverReport,
} from '../../../src/report/report-host-query.ts';
import { primary } from '../../support/shop.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbctl-report-'));
  mkdirSync(join(directory, '_minio/certs'), { recursive: true });
  const files = {
    'pgbackrest.conf': '[global]\nlast line without end',
    'server.key': 'KEY',
    'replication.pgpass': 'LINE',
    '_minio/root-password': 'PASSWORD',
    '_minio/root-user': 'USER',
    '_minio/environment': 'ROOT=USER',
    '_minio/certs/private.key': 'KEY',
    "a name\nwith 'everything' \t in it": 'é\n',
    large: 'x'.repeat(300_000),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = ({ argv }: { readonly argv: readonly string[] }) =>
  spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' });

test('files are found with their texts, but for secrets and large ones, which stay where they are', () => {
  const query = filesBelow([directory, '/does/not/exist']);
  const { stdout, stderr } = run(query);

  const found = query.parse(stdout);
  expect(stderr).toBe('');
  expect(found.map(({ path, text }) => [path.slice(directory.length + 1), text])).toEqual([
    ['_minio/certs/private.key', undefined],
    ['_minio/environment', undefined],
    ['_minio/root-password', undefined],
    ['_minio/root-user', undefined],
    ["a name\nwith 'everything' \t in it", 'é\n'],
    ['large', undefined],
    ['pgbackrest.conf', '[global]\nlast line without end'],
    ['replication.pgpass', undefined],
    ['server.key', undefined],
  ]);
  expect(stdout).not.toContain(Buffer.from('PASSWORD').toString('base64'));
  expect(found[6]!.attributes).toMatch(/^\d{3} \S+:\S+ 30 \d{4}-\d\d-\d\dT\d\d:\d\d$/);
});

const nowhere = { config: '/no/such/file', stanza: 'shop' };

test('a command that fails, or that a host lacks, stops no other', () => {
  for (const { query } of [...hostItems, journalItem(5), repositoryItem(nowhere)]) {
    expect(run(query).status).toBe(0);
  }
  expect(run(repositoryItem(nowhere).query).stdout).toContain('there is no /no/such/file');
});

test('a server that does not run says so', () => {
  const { parse, stdin, asUser } = serverReport(primary);

  expect(parse('not running\n')).toBe('PostgreSQL does not run on port 5432\n');
  expect(parse('\n== version\n17\n')).toBe('== version\n17\n');
  expect(asUser).toBeUndefined();
  expect(stdin).not.toMatch(/\bquery\b/);
});
