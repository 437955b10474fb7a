import { expect, test } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import type { Candidate, Giving } from '../../../src/switchover/obstacles.ts';
import { chooseCandidate, leftBehind } from '../../../src/switchover/switchover.ts';
import { standbyDefaults } from '../../support/shop.ts';

const limits = { ...standbyDefaults, max_replication_slots: 10 };

const giving = (facts: Partial<Giving['facts']> = {}, archiver?: object): Giving => ({
  node: { name: 'pg1' },
  facts: {
    ...{ isInRecovery: false, timeline: 3, flushLsn: '1/A000000', streaming: ['pg2', 'pg3'], copies: 0 },
    ...{ synchronousNames: '', confirming: [], prepared: [], logicalSlots: [], limits },
    ...facts,
  },
  archiver: archiver as Giving['archiver'],
});

const candidate = (name: string, facts: Partial<Candidate['facts']> = {}): Candidate => ({
  node: { name, port: 5432 },
  facts: {
    ...{ isInRecovery: true, timeline: 3, replayLsn: '1/A000000', isPaused: false, delayMs: 0 },
    ...{ receivedLsn: '1/A000000', synchronousNames: '', slots: [], limits },
    ...facts,
  },
});

const refusal = (from: Giving, candidates: readonly Candidate[], named?: string): string => {
  try {
    chooseCandidate(candidates, from, named);
  } catch (error) {
    if (error instanceof RefusedError) return [error.message, error.why, ...error.next].join('\n');
    throw error;
  }
  return 'nobody was refused';
};

const three = [candidate('pg2'), candidate('pg3')];

test('the replica that is the least behind takes over, unless another one is named', () => {
  const late = [candidate('pg2', { replayLsn: '1/9F00000' }), candidate('pg3', { replayLsn: '1/9FFF000' })];

  expect(chooseCandidate(late, giving()).node.name).toBe('pg3');
  expect(chooseCandidate(late, giving(), 'pg2').node.name).toBe('pg2');
});

test('one that cannot take over does not keep another one from it', () => {
  const [one] = three;

  expect(chooseCandidate([one!, candidate('pg3', { isPaused: true })], giving()).node.name).toBe('pg2');
  expect(
    chooseCandidate([one!, { node: { name: 'pg3', port: 5432 }, facts: undefined }], giving()).node.name,
  ).toBe('pg2');
});

test.each<[string, Partial<Candidate['facts']>]>([
  ['pg2 is no replica', { isInRecovery: false }],
  ['pg2 is on timeline 2, and pg1 on timeline 3', { timeline: 2 }],
  ['replay is paused on pg2', { isPaused: true }],
  ['pg2 replays 5000 ms late (recovery_min_apply_delay)', { delayMs: 5000 }],
  [
    'pg2 is 32 MB (33554432 bytes) of WAL behind pg1; at most 16 MB are waited for',
    { replayLsn: '1/8000000' },
  ],
  [
    'pg1 has max_connections = 100, and would follow pg2 with 200',
    { limits: { ...limits, max_connections: 200 } },
  ],
  [
    'pg2 has max_wal_senders = 1 and max_replication_slots = 10, with 0 slots in use; 2 nodes would follow it',
    { limits: { ...limits, max_wal_senders: 1 } },
  ],
  [
    'pg2 has max_wal_senders = 10 and max_replication_slots = 3, with 2 slots in use; 2 nodes would follow it',
    { limits: { ...limits, max_replication_slots: 3 }, slots: ['a', 'b'] },
  ],
])('refused: %s', (text, facts) => {
  const said = refusal(giving(), [candidate('pg2', facts), candidate('pg3')], 'pg2');

  expect(said).toContain('pg2 cannot take over from pg1');
  expect(said).toContain(text);
  expect(said).toContain('nothing was changed');
});

test.each<[string, Giving]>([
  ['pg2 does not stream from pg1', giving({ streaming: ['pg3'] })],
  ['pg1 is in recovery', giving({ isInRecovery: true })],
  ['a copy of the data is being made from pg1', giving({ copies: 1 })],
  [
    'pg1 cannot archive WAL (000000030000000100000009 failed last)',
    giving({}, { lastFailedAt: 9, lastArchivedAt: 8, lastFailedWal: '000000030000000100000009', now: 10 }),
  ],
  [
    'pg1 has WAL that waits to be archived for 600 s',
    giving({}, { lastFailedAt: null, lastArchivedAt: 8, oldestWaitingAt: 400, now: 1000 }),
  ],
])('refused for the primary: %s', (text, from) => {
  expect(refusal(from, three, 'pg2')).toContain(text);
});

test.each<[string, boolean]>([
  ['', true],
  ['*', true],
  ['pg1', true],
  ['FIRST 1 (pg2, pg1)', true],
  ['ANY 2 (pg1, "pg3", pg2)', true],
  ['pg2', false],
  ['FIRST 2 (pg2, pg3)', false],
])('synchronous_standby_names = %s lets pg2 lead: %s', (synchronousNames, may) => {
  const said = refusal(giving({ synchronousNames }), three, 'pg2');

  expect(said.includes('commits would wait for ever')).toBe(!may);
});

test('when nobody can, it is said of each why', () => {
  const said = refusal(giving({ streaming: [] }), [
    candidate('pg2'),
    { node: { name: 'pg3', port: 5432 }, facts: undefined, problem: 'cannot be asked' },
  ]);

  expect(said).toContain('no replica can take over from pg1');
  expect(said).toContain('pg2 does not stream from pg1\npg3 cannot be asked');
  expect(refusal(giving(), [])).toContain('There is no replica.');
});

test('what does not move along is named', () => {
  expect(leftBehind(giving())).toEqual([]);
  expect(leftBehind(giving({ logicalSlots: ['cdc'], prepared: ['tx7'] })).join('\n')).toMatch(
    /do not move by themselves: cdc[^]*prepared on the new primary: tx7/,
  );
});

test('with Patroni, one that has every acknowledged commit takes over, and its list of them does not matter', () => {
  const from = {
    ...giving({ synchronousNames: 'pg3', confirming: ['pg3'] }),
    patroni: { synchronous: 'on' },
  } as const;

  expect(chooseCandidate(three, from).node.name).toBe('pg3');
  expect(refusal(from, three, 'pg2')).toContain(
    'pg2 does not confirm commits (CLUSTER_SYNCHRONOUS=on): pg3 does',
  );
  expect(refusal({ ...from, ...giving(), patroni: from.patroni }, three)).toContain('no replica does');
});
