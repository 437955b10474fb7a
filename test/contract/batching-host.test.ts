// Questions that travel together get the answers, and the errors, that each of them gets alone.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { localHost } from '../../src/host/local-host.ts';
import { batchingHost } from '../../src/host/batching-host.ts';
import { Secret } from '../../src/model/secret.ts';
import { askJson, ifRunning } from '../../src/postgres/psql.ts';
import { loneQuery, query, type Query } from '../../src/host/command.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-looking-'));
const psql = join(directory, 'psql');
// Reads shell lines for SQL, and stops at the first that fails, as psql does with ON_ERROR_STOP.
writeFileSync(psql, `#!/bin/sh\nset -e\nwhile read -r line; do eval "\${line#\\\\\\\\}"; done\n`);
chmodSync(psql, 0o755);
afterAll(() => rmSync(directory, { recursive: true }));

const verbatim = (stdout: string): string => stdout;
const shell = (script: string): Query<string> => query(['sh', '-c', script], verbatim);
const sql = (text: string): Query<string> => ({
  ...loneQuery([psql, '-f', '-'], verbatim, { stdin: `${text}\n` }),
  batch: 'sql',
});

let asked: readonly string[][];
let host: Host;

beforeEach(() => {
  const real = localHost('pg1', 'root');
  asked = [];
  const counting: Host = {
    ...real,
    ask: (one) => {
      asked = [...asked, [...one.argv]];
      return real.ask(one);
    },
  };
  host = batchingHost(counting);
});

test('what is asked in one turn is one command', async () => {
  const answers = await Promise.all([
    host.ask(shell('echo one')),
    host.ask(shell('printf two')),
    host.ask(shell('printf "a\\n\\nb"')),
    host.ask(shell(':')),
    host.ask(shell(`echo "it's" '$HOME'`)),
  ]);

  expect(answers).toEqual(['one\n', 'two', 'a\n\nb', '', `it's $HOME\n`]);
  expect(asked).toEqual([['sh', '-s', 'sh', 'sh', 'sh', 'sh', 'sh']]);
});

test('what was asked before is not asked again, however it is understood', async () => {
  const number = query(['sh', '-c', 'echo 7'], Number);

  expect(await host.ask(shell('echo 7'))).toBe('7\n');
  expect(await host.ask(number)).toBe(7);
  expect(asked).toHaveLength(1);
});

test('a question that fails among others has the error that it has alone', async () => {
  const alone = await localHost('pg1', 'root')
    .ask(shell('echo no >&2; exit 3'))
    .catch((error: unknown) => error);
  const [good, bad] = await Promise.allSettled([
    host.ask(shell('echo good')),
    host.ask(shell('echo no >&2; exit 3')),
  ]);

  expect(good).toMatchObject({ value: 'good\n' });
  expect(bad).toMatchObject({ reason: alone });
  expect(asked).toHaveLength(1);
});

test('a file that cannot be read among others has the error that it has alone', async () => {
  const alone = await localHost('pg1', 'root')
    .readFile(directory)
    .catch((error: unknown) => error);
  const [good, bad, beside] = await Promise.allSettled([
    host.readFile(psql),
    host.readFile(directory),
    host.ask(shell('echo beside')),
  ]);

  expect(good).toMatchObject({ value: { mode: 0o755 } });
  expect(bad).toMatchObject({ reason: alone });
  expect(beside).toMatchObject({ value: 'beside\n' });
  expect(asked).toEqual([['sh', '-s', 'cat', 'cat', 'sh']]);
});

test('what somebody waits for is asked anew each time', async () => {
  const growing = join(directory, 'growing');
  const grow = { ...shell(`echo more >> ${growing}; wc -l < ${growing}`), isRepeated: true };

  expect([await host.ask(grow), await host.ask(grow)].map(Number)).toEqual([1, 2]);
});

test('a failure is remembered too', async () => {
  const failing = shell('echo no >&2; exit 3');
  const slow = loneQuery(['false'], verbatim, { timeoutMs: 5000 });

  for (const one of [failing, failing, slow, slow]) {
    await expect(host.ask(one)).rejects.toMatchObject({ exitCode: 5 });
  }

  expect(asked).toHaveLength(2);
});

test('SQL that is asked only where a server runs has one answer where none does', async () => {
  const idle = join(directory, 'idle');
  mkdirSync(idle);
  writeFileSync(join(idle, 'pg_isready'), '#!/bin/sh\nexit 2\n', { mode: 0o755 });
  const socket = { binDirectory: idle, port: 5432 };

  const answers = await Promise.all([
    host.ask(ifRunning(socket, askJson(socket, 'select 1', Number))),
    host.ask(ifRunning(socket, askJson(socket, 'select 2', Number))),
  ]);

  expect(answers).toEqual([undefined, undefined]);
  expect(asked).toHaveLength(1);
});

test('an answer that is not understood is an error of who asked', async () => {
  const picky = query(['echo', 'nonsense'], (stdout) => JSON.parse(stdout) as unknown);

  const [good, bad] = await Promise.allSettled([host.ask(shell('echo good')), host.ask(picky)]);

  expect(good).toMatchObject({ value: 'good\n' });
  expect(bad).toMatchObject({ reason: { message: 'pg1 gave an answer that dbctl cannot parse' } });
});

test('SQL for the same server is one session, and only what follows a failure is asked alone', async () => {
  const answers = await Promise.allSettled([
    host.ask(sql('echo first')),
    host.ask(shell('echo beside')),
    host.ask(sql('echo lost; false')),
    host.ask(sql('echo third')),
  ]);

  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual([
    'first\n',
    'beside\n',
    'failed',
    'third\n',
  ]);
  expect(asked.map(([program]) => program)).toEqual(['sh', psql]);
});

test('no question reads what is meant for the next', async () => {
  expect(await Promise.all([host.ask(shell('cat')), host.ask(shell('cat; echo end'))])).toEqual([
    '',
    'end\n',
  ]);
});

test('what may take long, and what is secret, goes alone', async () => {
  const slow = loneQuery(['echo', 'slow'], verbatim, { timeoutMs: 5000 });
  const secret = loneQuery(['cat'], verbatim, { stdin: new Secret('hunter2') });

  expect(await Promise.all([host.ask(slow), host.ask(secret), host.ask(shell('echo plain'))])).toEqual([
    'slow\n',
    'hunter2',
    'plain\n',
  ]);
  expect(asked.filter(([, flag]) => flag === '-s')).toEqual([]);
});

test('files are read together, and once', async () => {
  const [here, gone] = [join(directory, 'here'), join(directory, 'gone')];
  writeFileSync(here, 'content\n');

  const [first, missing, again] = await Promise.all([
    host.readFile(here),
    host.readFile(gone),
    host.readFile(here),
  ]);

  expect(first).toMatchObject({ content: 'content\n' });
  expect(missing).toBeUndefined();
  expect(again).toEqual(first);
  expect(asked).toHaveLength(1);
});

test('a file with the separator of files in it is read whole', async () => {
  const [odd, plain] = [join(directory, 'odd'), join(directory, 'plain')];
  writeFileSync(odd, 'a\u001eb\n');
  writeFileSync(plain, 'c\n');

  expect(await Promise.all([host.readFile(odd), host.readFile(plain)])).toMatchObject([
    { content: 'a\u001eb\n' },
    { content: 'c\n' },
  ]);
});
