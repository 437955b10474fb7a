import { expect, test } from 'vitest';
import {
  fileSettings,
  recordedValues,
  standbyValues,
  valuesAtStart,
} from '../../../src/postgres/file-settings.ts';
import { primary } from '../../support/shop.ts';

const usual = {
  max_connections: 100,
  max_worker_processes: 8,
  max_wal_senders: 10,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
};
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

test('an answer of PostgreSQL about its files that makes no sense is an error', () => {
  expect(() => parse('150\nhello\n')).toThrow();
});

test('what a control file asks for', () => {
  const lines = [
    'wal_level setting:                    replica',
    'max_connections setting:              150',
    'max_worker_processes setting:         8',
    'max_wal_senders setting:              10',
    'max_prepared_xacts setting:           0',
    'max_locks_per_xact setting:           64',
  ];

  expect(recordedValues(primary).parse(lines.join('\n'))).toMatchObject({
    max_connections: 150,
    max_prepared_transactions: 0,
    max_locks_per_transaction: 64,
  });
});

test('what a running server has', () => {
  expect(standbyValues(primary).parse(JSON.stringify(usual))).toEqual(usual);
  expect(() => standbyValues(primary).parse('{}')).toThrow();
});

test('what the server has loaded is read from JSON', () => {
  const answer = { loadedAt: 1763699000.5, pendingRestart: ['max_connections'], errors: [] };

  expect(fileSettings(primary).parse(JSON.stringify(answer))).toEqual(answer);
});

test.each(['{}', 'null', '{"loadedAt": "now", "pendingRestart": [], "errors": []}', 'psql: error'])(
  '%s is no answer',
  (stdout) => {
    expect(() => fileSettings(primary).parse(stdout)).toThrow();
  },
);
