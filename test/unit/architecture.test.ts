// The rules of the house that a reader of one file cannot see.

import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

// A layer may import itself and the lines below it; names on one line know nothing of each other.
const layers = [
  ['cli'],
  ['commands'],
  ['ui'],
  ['operations', 'lab'],
  ['steps'],
  ['engine'],
  ['config'],
  // programs: made or fetched on this machine, to be sent to a host.
  ['programs'],
  ['database', 'remote'],
  ['shell', 'render', 'certificates'],
  ['cluster'],
  ['secret', 'errors', 'version'],
];

const homes: readonly (readonly [packageName: string, home: RegExp])[] = [
  ['commander', /^(commands\/|cli\.ts)/],
  ['listr2', /^ui\//],
  ['chalk', /^ui\//],
  ['cli-table3', /^ui\//],
  ['diff', /^steps\//],
  ['dotenv', /^config\//],
  ['valibot', /^(config|database|shell)\//],
  ['pg', /^database\//],
  ['ssh2', /^remote\//],
  // A host's commands, a lab's, and `go build`: nothing else runs programs.
  ['execa', /^(remote|lab|programs)\//],
  ['@peculiar/x509', /^certificates\//],
  ['reflect-metadata', /^certificates\//],
  ['@mongodb-js/saslprep', /^cluster\//],
];

const patterns: readonly (readonly [rule: string, pattern: RegExp, home: RegExp])[] = [
  ['process.env is read', /\bprocess\.env\b/, /^config\//],
  ['process.exit is called', /\bprocess\.exit\(/, /^cli\.ts/],
  ['process.exitCode is set', /\bprocess\.exitCode\b/, /^(commands\/|cli\.ts)/],
  ['stdout is written to', /\bprocess\.stdout\.write\b/, /^commands\//],
  ['the console is used', /\bconsole\.\w/, /^nowhere/],
  ['a default is exported', /^export default /m, /^nowhere/],
];

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(`src/${path}`, 'utf8');
    const imports = text.matchAll(/(?:\bfrom |^import |\bimport\()'([^']+)'/gm);
    return { path, text, imports: [...imports].map((match) => match[1]!) };
  });

const layerOf = (path: string): string => path.split('/')[0]!.replace(/\.ts$/, '');
const rankOf = (layer: string): number => layers.findIndex((names) => names.includes(layer));

const mayImport = (from: string, to: string): boolean => from === to || rankOf(from) < rankOf(to);

test.each(sources)('src/$path imports only from its own layer or below', ({ path, imports }) => {
  expect(rankOf(layerOf(path)), 'it is in no known layer').toBeGreaterThanOrEqual(0);
  const wrong = imports
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(path), name))
    .filter((imported) => !mayImport(layerOf(path), layerOf(imported)));
  expect(wrong).toEqual([]);
});

test.each(homes)('%s is imported only where it belongs', (packageName, home) => {
  const users = sources.filter(({ imports }) =>
    imports.some((name) => name === packageName || name.startsWith(`${packageName}/`)),
  );
  expect(users.map(({ path }) => path).filter((path) => !home.test(path))).toEqual([]);
  expect(users, 'nothing uses it any more').not.toEqual([]);
});

test('every package of package.json has a home', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
  expect(Object.keys(dependencies).toSorted()).toEqual(homes.map(([name]) => name).toSorted());
});

test.each(patterns)('%s only where it belongs', (_, pattern, home) => {
  const users = sources.filter(({ path, text }) => pattern.test(text) && !home.test(path));
  expect(users.map(({ path }) => path)).toEqual([]);
});

test('no file has more than 200 lines', () => {
  const long = sources.filter(({ text }) => text.split('\n').length > 201);
  expect(long.map(({ path }) => path)).toEqual([]);
});
