import { expect, test } from 'vitest';
import { valuesAtStart } from '../../../src/shell/file-settings.ts';
import { primary } from '../steps/shop.ts';

const { parse } = valuesAtStart(primary);

test('the values of the next start, in the order in which they are asked for', () => {
  expect(parse('150\n8\n10\n0\n64\n')).toEqual({
    max_connections: 150,
    max_worker_processes: 8,
    max_wal_senders: 10,
    max_prepared_transactions: 0,
    max_locks_per_transaction: 64,
  });
});

test.each(['refused\nFATAL: bad file\n', '150\n8\nrefused\nFATAL: bad file\n'])(
  'what PostgreSQL has against them: %j',
  (stdout) => {
    expect(parse(stdout)).toEqual({ refusal: 'FATAL: bad file' });
  },
);

test('nonsense is no answer', () => {
  expect(() => parse('150\nhello\n')).toThrow();
});
