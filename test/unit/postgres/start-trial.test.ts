import { expect, test } from 'vitest';
import { parseTrial, standbyValuesIn, startProblems } from '../../../src/postgres/start-trial.ts';
import { primary, standbyDefaults } from '../../support/shop.ts';

const good = {
  port: String(primary.port),
  unix_socket_directories: '/var/run/postgresql',
  hot_standby: 'on',
  huge_pages: 'try',
  shared_memory_size: '143',
  shared_memory_size_in_huge_pages: '72',
  max_connections: '100',
  max_worker_processes: '8',
  max_wal_senders: '10',
  max_prepared_transactions: '0',
  max_locks_per_transaction: '64',
  memory_kb: '2000000',
  page_kb: '2048',
  pages: '0',
};
const said = (values: object): string =>
  Object.entries({ ...good, ...values })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
const problemsOf = (stdout: string) => startProblems(parseTrial(stdout), primary);

test('a server that would start has no problem, and says what replicas must not have less of', () => {
  expect(problemsOf(said({}))).toEqual([]);
  expect(standbyValuesIn(parseTrial(said({})))).toEqual(standbyDefaults);
});

test('where there is nothing to try, there is no problem and no value', () => {
  expect(problemsOf('nothing\n')).toEqual([]);
  expect(standbyValuesIn(parseTrial('nothing\n'))).toBeUndefined();
});

test.each([
  [{ shared_memory_size: '938739' }, /^it would need 917 GB of shared memory .* the host has 1.9 GB$/],
  [{ huge_pages: 'on' }, /^huge_pages is on, and it would need 72 huge pages of 2048 kB; the host has 0/],
  [{ port: '5433' }, /^port would be 5433, not 5432$/],
  [{ unix_socket_directories: '/tmp' }, /^unix_socket_directories would be without/],
  [{ unwritable_logs: '/nosuch' }, /^log_directory: .* \/nosuch$/],
  [{ hot_standby: 'off', standby: 'yes' }, /^hot_standby would be off/],
])('%j is a problem', (values, problem) => {
  expect(problemsOf(said(values))).toEqual([expect.stringMatching(problem)]);
});

test.each([
  [{ huge_pages: 'on', pages: '72' }],
  [{ hot_standby: 'off' }],
  [{ unix_socket_directories: '/tmp, "/run/postgresql"' }],
])('%j is none', (values) => {
  expect(problemsOf(said(values))).toEqual([]);
});

test('what PostgreSQL has against it is told in its words, the end of it first', () => {
  const trial = parseTrial(
    'refused\nLOG:  could not bind\nFATAL:  no sockets\nFATAL:  configuration file "/a" contains errors\n',
  );

  expect(startProblems(trial, primary)).toEqual(['no sockets\ncould not bind']);
  expect(standbyValuesIn(trial)).toBeUndefined();
  expect(problemsOf('refused\n\n')).toEqual([expect.stringContaining('does not say why')]);
});
