import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { buildProgram } from '../../../src/cli.ts';
import { complete, type NodeNames } from '../../../src/cli/complete.ts';
import { nodeNames } from '../../../src/cluster-file/node-names.ts';

const twoNodes: NodeNames = async (file) =>
  file === 'none'
    ? []
    : [
        { name: 'pg1', about: `primary of ${file}` },
        { name: 'pg2', about: '' },
      ];

/** What can follow these words, as values alone. */
async function after(...words: readonly string[]): Promise<readonly string[] | string> {
  const found = await complete(await buildProgram(words), words, twoNodes);
  return typeof found === 'string' ? found : found.map(({ value }) => value);
}

test('commands are completed, and what may follow them', async () => {
  expect(await after('')).toEqual(expect.arrayContaining(['init-primary', 'backup', 'completion', 'lab']));
  expect(await after('backup', '')).toEqual(expect.arrayContaining(['setup', 'run', 'info']));
  expect(await after('-c', 'x', 'certs', '')).toEqual(expect.arrayContaining(['status', 'rotate']));
});

test('flags of a command and of all commands are completed, each once', async () => {
  const flags = (await after('add-replica', '-')) as readonly string[];

  expect(flags).toEqual(expect.arrayContaining(['--from', '--dry-run', '--config', '--verbose', '--json']));
  expect(new Set(flags).size).toBe(flags.length);
  expect(await after('add-replica', '--', '-')).toEqual(['pg1', 'pg2']);
});

test.each([
  ['an option', ['add-replica', '--from', '']],
  ['an option with its sign, as bash cuts it', ['add-replica', '--from', '=', 'a']],
  ['an option with nothing behind its sign', ['add-replica', '--from', '=']],
])('the choices of %s are completed', async (_what, words) => {
  expect(await after(...words)).toEqual(['auto', 'primary', 'backup']);
});

test.each(['restore', 'drill'])('the kinds of points for backup %s are completed', async (command) => {
  const kinds = ['default', 'immediate', 'time', 'lsn', 'xid', 'name'];
  expect(await after('backup', command, '--type', '')).toEqual(kinds);
});

test('behind its sign, as other shells leave it, an option is repeated', async () => {
  expect(await after('add-replica', '--from=')).toEqual(['--from=auto', '--from=primary', '--from=backup']);
  expect(await after('add-replica', '--dry-run=')).toEqual([]);
});

test('arguments are completed: their choices, nodes, and as many as there may be', async () => {
  expect(await after('render', '')).toEqual(['postgresql.conf', 'pg_hba.conf']);
  expect(await after('render', 'pg_hba.conf', '')).toEqual(['pg1', 'pg2']);
  expect(await after('logs', 'pg1', '')).toEqual([]);
  expect(await after('logs', '-n', '5', '')).toEqual(['pg1', 'pg2']);
  expect(await after('add-replica', 'pg1', '')).toEqual(['pg1', 'pg2']);
});

test('names come from the file that is named, wherever it is named', async () => {
  for (const words of [
    ['-c', 'shop', 'logs', ''],
    ['logs', '--config=shop', ''],
  ]) {
    const [first] = (await complete(await buildProgram(words), words, twoNodes)) as readonly object[];
    expect(first).toEqual({ value: 'pg1', about: 'primary of shop' });
  }
  expect(await after('logs', '-c', 'none', '')).toEqual([]);
});

test('files and directories are left to the shell', async () => {
  expect(await after('-c', '')).toBe('files');
  expect(await after('lab', 'up', '--dir', '')).toBe('directories');
  expect(await after('backup', 'run', '--unknown', '')).toEqual([]);
});

const pg1 = { name: 'pg1', about: 'primary, 10.0.0.1' };
const pg2 = { name: 'pg2', about: 'replica, 10.0.0.2' };

test.each([
  [
    'as init writes it',
    'CLUSTER_DB_PRIMARY_HOST=pg1=10.0.0.1\nCLUSTER_DB_REPLICA_HOSTS="pg2=10.0.0.2:5433"',
    [pg1, pg2],
  ],
  ['without replicas', 'CLUSTER_DB_PRIMARY_HOST=pg1=10.0.0.1', [pg1]],
  [
    'with problems',
    'PRIMARY_IP=pg1=10.0.0.1\nCLUSTER_DB_REPLICA_HOSTS=pg2=10.0.0.2\nFOO=bar\noops',
    [pg1, pg2],
  ],
  ['with names that are made', 'CLUSTER_DB_PRIMARY_HOST=10.0.0.1', [{ ...pg1, name: 'node-10-0-0-1' }]],
  ['with other names', 'CLUSTER_DB_PRIMARY_HOST=pg1=10.0.0.1\nREPLICAS_IP=pg2=10.0.0.2', [pg1, pg2]],
  ['that is no cluster', 'hello', []],
])('nodes are found in a file %s', (_what, text, nodes) => {
  const file = join(mkdtempSync(join(tmpdir(), 'dbctl-names-')), 'env');
  writeFileSync(file, text);

  expect(nodeNames(file)).toEqual(nodes);
});

test('a path that is no cluster file completes to no nodes', () => {
  expect([nodeNames(tmpdir()), nodeNames('/nonexistent')]).toEqual([[], []]);
});

const shells: readonly (readonly [string, readonly string[]])[] = [
  ['bash', ['-n']],
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
];

test.each(shells)('%s, where it is installed, can read its script', async (shell, flags) => {
  const result = await execa(shell, [...flags, `templates/completion/dbctl.${shell}`], { reject: false });
  if (result.code === 'ENOENT') return;
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
});

/** Presses Tab in bash behind a line, with a dbctl that says `answer`. */
async function tabInBash(line: readonly string[], answer: string): Promise<readonly string[]> {
  const script = [
    `dbctl() { printf '%s\\n' "$*" >&3; printf '%b' "$ANSWER"; }`,
    'source templates/completion/dbctl.bash',
    `COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${line.length - 1}`,
    `_dbctl dbctl`,
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('\n');
  const { stdout } = await execa('bash', ['--norc', '-c', script], {
    env: { ANSWER: answer },
    stdio: ['ignore', 'pipe', 'pipe', 'ignore'],
  });
  return stdout.split('\n');
}

test('bash takes the values and leaves what they mean', async () => {
  expect(await tabInBash(['dbctl', 'logs', ''], 'pg1\\tprimary, 10.0.0.1\\npg2\\t[x] *\\n')).toEqual([
    'pg1',
    'pg2',
  ]);
  expect(await tabInBash(['dbctl', 'logs', 'x'], '')).toEqual(['']);
});

test('bash completes files itself, also those with spaces and stars', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-files-'));
  writeFileSync(join(directory, 'a file'), '');
  writeFileSync(join(directory, 'a*'), '');

  const found = await tabInBash(['dbctl', '-c', `${directory}/a`], ':files\\n');

  expect(found.toSorted()).toEqual([`${directory}/a file`, `${directory}/a*`].toSorted());
});
