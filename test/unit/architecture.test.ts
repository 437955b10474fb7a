// The rules of the house that a reader of one file cannot see. They are computed from the parsed sources.

import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { circles, parseSource, readSources, type Source } from '../support/sources.ts';

// A folder may import itself and the lines below it; folders on one line know nothing of each other.
const order = [
  ['cli'],
  ['up'],
  ['start'],
  ['restore', 'switchover'],
  ['replication', 'certificates', 'doctor', 'wal', 'status', 'report'],
  ['backup', 'gateways', 'patroni'],
  ['store', 'server', 'etcd'],
  ['probe', 'cluster-file', 'operation', 'lab'],
  ['kit'],
  ['pki', 'postgres'],
  ['system', 'ui'],
  ['config', 'engine'],
  ['host'],
  ['model'],
];

const homes: readonly (readonly [packageName: string, isHome: (source: Source) => boolean])[] = [
  [
    'commander',
    ({ path }) => isIn(path, 'cli', 'kit') || isCommand(path) || path === 'operation/change-hosts.ts',
  ],
  ['listr2', ({ path }) => isIn(path, 'ui')],
  ['chalk', ({ path }) => isIn(path, 'ui') || isText(path)],
  ['cli-table3', ({ path }) => path === 'ui/text.ts'],
  ['string-width', ({ path }) => path === 'ui/text.ts'],
  ['wrap-ansi', ({ path }) => path === 'ui/text.ts'],
  ['fastest-levenshtein', ({ path }) => path === 'config/foreign-names.ts'],
  ['diff', ({ path }) => isIn(path, 'system')],
  ['dotenv', ({ path }) => isIn(path, 'config')],
  ['valibot', () => true],
  ['dataloader', ({ path }) => isIn(path, 'host')],
  ['pg', ({ path }) => isIn(path, 'probe')],
  ['ssh2', ({ path }) => isIn(path, 'host')],
  // A lab's programs, and `go build`. Not on the way of every command: its hundred files take 0.1 s to load.
  ['execa', ({ path }) => isIn(path, 'lab') || path === 'store/go-build.ts'],
  ['@peculiar/x509', ({ path }) => isIn(path, 'pki')],
  ['reflect-metadata', ({ path }) => isIn(path, 'pki')],
  ['@mongodb-js/saslprep', ({ path }) => isIn(path, 'postgres')],
];

const globalHomes: readonly (readonly [name: string, isHome: (source: Source) => boolean])[] = [
  ['process.env', ({ path }) => isIn(path, 'config')],
  ['process.exit', ({ path }) => isIn(path, 'cli')],
  ['process.exitCode', ({ path }) => isIn(path, 'cli', 'kit') || isCommand(path)],
  ['process.stdout.write', ({ path }) => isIn(path, 'cli', 'kit') || isCommand(path)],
  ['console', () => false],
];

const sources = readSources();

const folderOf = (path: string): string => path.split('/')[0]!.replace(/\.ts$/, '');
const floorOf = (folder: string): number => order.findIndex((names) => names.includes(folder));
const isIn = (path: string, ...folders: readonly string[]): boolean => folders.includes(folderOf(path));

// The ending of a file's name says what kind of file it is; a file without one has types and decisions.
const uses = {
  /** Reads flags, makes one call, prints: the only kind that knows commander and stdout. */
  command: ['command', 'operation', 'text', 'plan', 'step', 'facts', 'query', 'plain'],
  /** What a command does: facts, a decision, and plans that are carried out. */
  operation: ['operation', 'text', 'plan', 'step', 'facts', 'query', 'plain'],
  /** Makes text of an answer. */
  text: ['text', 'plain'],
  /** Stages, in order. */
  plan: ['plan', 'step', 'facts', 'query', 'plain'],
  /** One change of one host: what differs, and how it is made. */
  step: ['step', 'facts', 'query', 'plain'],
  /** Asks hosts, answers plain data. */
  facts: ['step', 'facts', 'query', 'plain'],
  /** What a host is asked or told, as data. */
  query: ['query', 'plain'],
  plain: ['plain'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type Kind = keyof typeof uses;

const kindOf = (path: string): Kind => {
  const [, ending] = /-([a-z]+)\.ts$/.exec(path) ?? [];
  return ending !== undefined && ending in uses ? (ending as Kind) : 'plain';
};
const isCommand = (path: string): boolean => kindOf(path) === 'command';
const isText = (path: string): boolean => kindOf(path) === 'text';

/** Folders whose files are of these kinds: what dbctl does. */
const slices = order
  .slice(
    order.findIndex((names) => names.includes('up')),
    order.findIndex((names) => names.includes('kit')),
  )
  .flat()
  .filter((name) => !['operation', 'lab'].includes(name));
/** What a kind of file needs of the folders below the slices besides model and config; what is not named needs all. */
const ground: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  plain: ['pki', 'postgres', 'system'],
  query: ['pki', 'postgres', 'system', 'host'],
  text: ['ui'],
  facts: ['pki', 'postgres', 'system', 'host', 'engine', 'operation'],
  step: ['pki', 'postgres', 'system', 'host', 'engine', 'operation'],
  plan: ['pki', 'postgres', 'system', 'host', 'engine', 'operation'],
};
/** Pure, or about the machine that dbctl runs on, wherever it stands. */
const anywhere = new Set(['host/printable.ts', 'host/quote.ts', 'host/local-file.ts']);

/** What is still to be split. None is added. */
const mixed = new Set(['backup/verify-plan.ts']);

const beyondItsKind = ({ path, values }: Source): readonly string[] => {
  const kind = kindOf(path);
  const mayUse: readonly Kind[] = uses[kind];
  const below = ground[kind];
  return values
    .filter((file) => !anywhere.has(file))
    .filter((file) =>
      isIn(file, ...slices)
        ? !mayUse.includes(kindOf(file))
        : below !== undefined && !isIn(file, 'model', 'config', ...below),
    )
    .map((file) => `${path} → ${file}`);
};

const upward = ({ path, files }: Source): readonly string[] =>
  files
    .filter((file) => folderOf(file) !== folderOf(path) && floorOf(folderOf(path)) >= floorOf(folderOf(file)))
    .map((file) => `${path} → ${file}`);

test('every file stands in a folder of the floor plan', () => {
  expect(sources.map(({ path }) => path).filter((path) => floorOf(folderOf(path)) === -1)).toEqual([]);
});

test.each(sources)('src/$path imports only from its own folder or below', (source) => {
  expect(upward(source)).toEqual([]);
});

test('no file imports itself in a circle', () => {
  expect(circles(sources)).toEqual([]);
});

test.each(sources.filter(({ path }) => isIn(path, ...slices) && !path.endsWith('commands.ts')))(
  'src/$path uses only what its kind may use',
  (source) => {
    if (mixed.has(source.path)) expect(beyondItsKind(source)).not.toEqual([]);
    else expect(beyondItsKind(source)).toEqual([]);
  },
);

test.each(homes)('%s is imported only where it belongs', (packageName, isHome) => {
  const users = sources.filter(({ packages }) => packages.includes(packageName));
  expect(users.filter((source) => !isHome(source)).map(({ path }) => path)).toEqual([]);
  expect(users, 'nothing uses it any more').not.toEqual([]);
});

test('every package of package.json has a home', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
  expect(Object.keys(dependencies).toSorted()).toEqual(homes.map(([name]) => name).toSorted());
});

test.each(globalHomes)('%s is used only where it belongs', (name, isHome) => {
  const users = sources.filter(({ globals }) =>
    [...globals].some((used) => used === name || used.startsWith(`${name}.`)),
  );
  expect(users.filter((source) => !isHome(source)).map(({ path }) => path)).toEqual([]);
});

test('only what controls the server knows the unit that it runs as', () => {
  const knowing = sources.filter(({ strings }) =>
    strings.some((text) => text.includes('postgresql@') || text.includes('postgresql.service')),
  );
  expect(knowing.filter(({ path }) => !path.startsWith('postgres/control/'))).toEqual([]);
  expect(knowing, 'nothing knows it any more').not.toEqual([]);
});

/** What has a table of its own stands alone. */
const hasTests = ({ path }: Source): boolean => existsSync(`test/unit/${path.slice(0, -3)}.test.ts`);

/** Too small for a file of its own: it belongs into the only one that imports it. */
const crumbs = (): readonly string[] =>
  sources.flatMap((source) => {
    const [user, ...others] = sources.filter(({ files }) => files.includes(source.path));
    const isAlone = user !== undefined && others.length === 0 && dirname(user.path) === dirname(source.path);
    if (!isAlone || source.lines >= 40 || source.lines + user.lines > 200 || hasTests(source)) return [];
    return isCommand(source.path) ||
      source.path.endsWith('/commands.ts') ||
      kindOf(source.path) !== kindOf(user.path)
      ? []
      : [source.path];
  });

test('a small file that one neighbour imports is part of it', () => {
  expect(crumbs()).toEqual([]);
});

test('no folder has fewer than four files', () => {
  const sizes = new Map<string, number>();
  for (const { path } of sources) sizes.set(dirname(path), (sizes.get(dirname(path)) ?? 0) + 1);
  expect([...sizes].filter(([folder, count]) => folder !== '.' && count < 4)).toEqual([]);
});

test('nothing is exported by default', () => {
  expect(sources.filter(({ exportsDefault }) => exportsDefault)).toEqual([]);
});

test('no file has more than 200 lines', () => {
  expect(sources.filter(({ lines }) => lines > 200).map(({ path }) => path)).toEqual([]);
});

test('an import is seen in each of its forms', () => {
  const text = `
    import { a } from './a.ts';
    import type { B } from '../b/b.ts';
    import '@scope/c/part';
    export * from './d.ts';
    export type { E } from './e.ts';
    type F = import('./f.ts').F;
    const g = async () => (await import('./g.ts')).g;
    process.exitCode = 1; console.log(g, 'an apple', \`one of \${g} apples\`);`;
  const { files, packages, globals, strings } = parseSource('one/x.ts', text);
  expect(files).toEqual(['one/a.ts', 'b/b.ts', 'one/d.ts', 'one/e.ts', 'one/f.ts', 'one/g.ts']);
  expect(packages).toEqual(['@scope/c']);
  expect([...globals].toSorted()).toEqual(['console.log', 'process.exitCode']);
  expect(strings).toEqual(expect.arrayContaining(['an apple', 'one of ', ' apples']));
});

const fileImporting = (path: string, ...files: readonly string[]): Source => ({
  path,
  files,
  values: files,
  lines: 1,
  packages: [],
  globals: new Set(),
  exportsDefault: false,
  strings: [],
});

test('a circle of imports is found', () => {
  const three = [
    fileImporting('a', 'b'),
    fileImporting('b', 'c'),
    fileImporting('c', 'b'),
    fileImporting('d', 'a'),
  ];
  expect(circles(three)).toEqual([['b', 'c']]);
});
