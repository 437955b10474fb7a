import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import type { Query } from '../../../src/host/command.ts';
import * as server from '../../../src/postgres/instance.ts';
import { quote } from '../../../src/host/quote.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf();
const instance = instanceOf(cluster, cluster.primary);
const root = mkdtempSync(join(tmpdir(), 'dbctl-instance-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Asks this machine. */
function ask<Answer>({ argv, parse }: Query<Answer>): Answer {
  const [program = '', ...words] = argv;
  return parse(spawnSync(program, words, { encoding: 'utf8' }).stdout);
}

/** A directory of this machine with these files in it. */
function directoryWith(name: string, ...files: readonly string[]): string {
  const directory = join(root, name);
  mkdirSync(directory);
  for (const file of files) writeFileSync(join(directory, file), 'x\n');
  return directory;
}

test.each([
  ['a cluster', ['PG_VERSION'], true],
  ['other files', ['lost+found'], false],
])(`a directory with %s in it, odd name and all`, (name, files, answer) => {
  const dataDirectory = directoryWith(`${name} $(id) 'x'`, ...files);

  expect(ask(server.hasDataDirectory({ ...instance, dataDirectory }))).toBe(answer);
});

test('a directory that is missing holds no data', () => {
  expect(ask(server.hasDataDirectory({ ...instance, dataDirectory: join(root, 'missing') }))).toBe(false);
});

test.each([
  ['complete', ['postgresql.conf', 'start.conf'], true],
  ['left halfway', ['postgresql.conf'], false],
  ['not begun', [], false],
])('a registration that is %s', (name, files, answer) => {
  const configDirectory = directoryWith(name, ...files);

  expect(ask(server.isRegistered({ ...instance, configDirectory }))).toBe(answer);
});

test.each([
  ['yes\n', true],
  ['no\n', false],
  ['', false],
  ['bash: warning\nyes\n', false],
])('%j means %s', (stdout, answer) => {
  expect(server.acceptsConnections(instance).parse(stdout)).toBe(answer);
});

test.each([
  ['pg_control version number:  1700\nDatabase system identifier:   7434\nCluster state: x\n', '7434'],
  ['', undefined],
  ['Database system identifier: unknown\n', undefined],
])('the system identifier in %j is %s', (stdout, identifier) => {
  expect(server.systemIdentifier(instance).parse(stdout)).toBe(identifier);
});

const words = (command: { argv: readonly string[] }): string => quote(command.argv.slice(3));

test('what the shell is given is the instance and nothing else', () => {
  const { createData, register, acceptsConnections, systemIdentifier } = server;

  expect(words(createData(instance))).toMatchInlineSnapshot(
    `"sh /usr/lib/postgresql/17/bin /var/lib/postgresql/17/main"`,
  );
  expect(words(register(instance))).toMatchInlineSnapshot(
    `"sh 17 main /var/lib/postgresql/17/main /etc/postgresql/17/main 5432"`,
  );
  expect(words(acceptsConnections(instance))).toMatchInlineSnapshot(`"sh /usr/lib/postgresql/17/bin 5432"`);
  expect(words(systemIdentifier(instance))).toMatchInlineSnapshot(
    `"sh /usr/lib/postgresql/17/bin /var/lib/postgresql/17/main"`,
  );
});

test('every script is one that sh understands', () => {
  const scripts = [
    server.createData(instance),
    server.register(instance),
    server.systemIdentifier(instance),
  ].map(({ argv }) => argv[2] ?? '');

  for (const script of scripts) expect(spawnSync('sh', ['-nc', script]).status).toBe(0);
});
