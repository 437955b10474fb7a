import { expect, test } from 'vitest';
import { archiverFacts } from '../../../src/postgres/archiver.ts';
import { primary } from '../../support/shop.ts';

const facts = {
  isInRecovery: false,
  mode: 'on',
  command: '/bin/true',
  lastArchivedWal: '000000010000000000000007',
  lastArchivedAt: 1_795_255_200.5,
  lastFailedWal: null,
  lastFailedAt: null,
  failedCount: 0,
  waitingFiles: 2,
  oldestWaitingAt: 1_795_255_100,
  library: '',
  oldestWaiting: null,
  hasArchivedFiles: true,
  walFileBytes: 16_777_216,
  currentWal: '000000010000000000000008',
  now: 1_795_255_201,
};

test("the archiver's answer is checked before it is believed", () => {
  const { parse } = archiverFacts(primary);

  expect(parse(JSON.stringify(facts))).toEqual(facts);
  expect(() => parse(JSON.stringify({ ...facts, mode: 'perhaps' }))).toThrow('received "perhaps"');
});

test('a server that does not run has no archiver', () => {
  expect(archiverFacts(primary).parse('not running\n')).toBeUndefined();
});
