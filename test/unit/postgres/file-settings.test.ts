import { expect, test } from 'vitest';
import { fileSettings, recordedValues, standbyValues } from '../../../src/postgres/file-settings.ts';
import { primary, standbyDefaults } from '../../support/shop.ts';

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
  expect(standbyValues(primary).parse(JSON.stringify(standbyDefaults))).toEqual(standbyDefaults);
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
