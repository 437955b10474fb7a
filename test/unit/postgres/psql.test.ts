import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { become } from '../../../src/host/execution.ts';
import { askJson, execute, executeAlone, ifRunning } from '../../../src/postgres/psql.ts';
import { quote } from '../../../src/host/quote.ts';

const binDirectory = '/usr/lib/postgresql/17/bin';
const socket = { binDirectory, port: 5433 };
const text = ({ stdin }: { stdin?: string | Secret }): string | undefined =>
  stdin instanceof Secret ? stdin.reveal() : stdin;

test('a question goes to the local socket as postgres, its text by stdin', () => {
  const query = askJson(socket, 'select 1', (value) => value);

  expect(quote(query.argv)).toMatchInlineSnapshot(
    `"/usr/lib/postgresql/17/bin/psql -XAtqw -v ON_ERROR_STOP=1 -h /var/run/postgresql -p 5433 -d 'dbname='\\''postgres'\\'' options='\\''-c synchronous_commit=local -c default_transaction_read_only=off -c statement_timeout=0 -c lock_timeout=60s'\\''' -f -"`,
  );
  expect(query).toMatchObject({ kind: 'query', asUser: 'postgres', stdin: 'select 1;\n' });
});

test('a question may go to another database', () => {
  expect(askJson({ ...socket, database: 'shop' }, 'select 1', String).argv.join(' ')).toContain(
    "dbname='shop'",
  );
});

test('an answer is JSON, and anything else is an error', () => {
  const query = askJson(socket, 'select 1', (value) => value);

  expect(query.parse('{"a": [1, null]}\n')).toEqual({ a: [1, null] });
  for (const nonsense of ['', 'ERROR', '{"a": 1}\n{"a": 2}'])
    expect(() => query.parse(nonsense)).toThrow(SyntaxError);
});

test('statements are one transaction that stops at the first error', () => {
  const action = execute(socket, ['create role a', 'create role b']);

  expect(quote(action.argv)).toMatchInlineSnapshot(
    `"/usr/lib/postgresql/17/bin/psql -XAtqw -v ON_ERROR_STOP=1 -h /var/run/postgresql -p 5433 -d 'dbname='\\''postgres'\\'' options='\\''-c synchronous_commit=local -c default_transaction_read_only=off -c statement_timeout=0 -c lock_timeout=60s'\\''' -f - -v VERBOSITY=terse"`,
  );
  expect(text(action)).toMatchInlineSnapshot(`
    "begin;
    create role a;
    create role b;
    commit;
    "
  `);
});

test('a statement that refuses transactions is alone', () => {
  const action = executeAlone(socket, 'create database shop');

  expect(text(action)).toBe('create database shop;\n');
});

test('the text of statements hides itself', () => {
  const actions = [execute(socket, [`password 'x'`]), executeAlone(socket, `password 'x'`)];

  expect(JSON.stringify(actions)).not.toContain('password');
});

test('a question to a running server only is one command, and silence is no answer', () => {
  const query = ifRunning(socket, askJson(socket, 'select 1', Number));

  const psql = `${socket.binDirectory}/psql`;
  expect(query.argv.slice(3, 6)).toEqual(['sh', socket.binDirectory, '5433']);
  expect(query.argv.slice(6, query.argv.indexOf(psql))).toEqual(become('postgres', []));
  expect(query).toMatchObject({ kind: 'query', stdin: 'select 1;\n' });
  expect(query.asUser, 'a host without PostgreSQL has no such account').toBeUndefined();
  expect(query.parse('1\n')).toBe(1);
  expect(query.parse('not running\n')).toBeUndefined();
  expect(() => query.parse('')).toThrow(SyntaxError);
});
