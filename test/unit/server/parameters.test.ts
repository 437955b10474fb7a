import { expect, test } from 'vitest';
import { changedParameters, parametersIn, walLimitOf, walSizesFor } from '../../../src/server/parameters.ts';

test('parameters are read as PostgreSQL writes them', () => {
  const text = [
    `# comment = 1`,
    `work_mem = '4MB'   # why`,
    `Max_Connections=100`,
    `port 5432`,
    `application_name = 'it''s = #1'`,
    `my.own = on`,
    `work_mem = '8MB'`,
  ].join('\n');

  expect(Object.fromEntries(parametersIn(text))).toEqual({
    work_mem: `'8MB'`,
    max_connections: '100',
    port: '5432',
    application_name: `'it''s = #1'`,
    'my.own': 'on',
  });
});

test.each([
  ['a = 1', 'a = 1', []],
  ['a = 1', 'a = 2', ['a']],
  ['', 'b = 1\na = 1', ['a', 'b']],
  ['a = 1', '# a = 1', ['a']],
  ['a = 1\n# x', 'a = 1\n# y', []],
])('from %j to %j', (before, after, changed) => {
  expect(changedParameters(before, after)).toEqual(changed);
});

const mebi = 1024 ** 2;
const gibi = 1024 ** 3;

test.each([
  ['a quarter of the disk', 400 * gibi, '100GB'],
  ['rounded down, to be on the safe side', 399 * gibi, '99GB'],
  ['a small disk is counted in MB', 700 * mebi, '175MB'],
  ['a few WAL files must have room', 100 * mebi, '64MB'],
  ['nobody knows how large the disk is', NaN, '1GB'],
])('WAL kept for a replica: %s', (_reason, bytes, limit) => {
  expect(walLimitOf(bytes)).toBe(limit);
});

test("PostgreSQL's own sizes are lowered only where they do not fit", () => {
  expect(walSizesFor(700 * mebi)).toEqual({ max_wal_size: '175MB', wal_keep_size: '87MB' });
  expect(walSizesFor(4 * gibi)).toBeUndefined();
  expect(walSizesFor(NaN)).toBeUndefined();
});
