import { expect, test } from 'vitest';
import type { PastOperation } from '../../../src/operation/journal.ts';
import { historyText } from '../../../src/operation/history-text.ts';
import { lastEvents } from '../../../src/operation/read-history.ts';
import { widest } from '../../support/written.ts';

const clone: PastOperation = {
  ...{ id: 'a', title: 'add-replica pg2', by: 'alice@laptop', from: '10.0.0.5', version: '0.1.0' },
  ...{ startedAt: 1_795_270_412, command: 'dbctl add-replica pg2', result: 'done', exitCode: 0 },
  ...{ seconds: 72.34, why: '', hosts: ['control', 'pg2'], changes: 3 },
  steps: [
    { host: 'control', step: 'Make a certificate', changes: ['sign for pg2'], result: 'ok', seconds: 0.123 },
    { host: 'pg2', step: 'Clone', changes: ['clone pg1', 'start'], result: 'unknown', seconds: undefined },
  ],
};
const lost: PastOperation = {
  ...clone,
  ...{ id: 'b', title: `backup restore ${'x'.repeat(100)}`, from: '', hosts: [], changes: 1 },
  ...{ result: 'interrupted', seconds: undefined, why: 'no sign of life for 20 s, during "Clone on pg2"' },
};

test('each operation is two lines, and a host that is down is named', () => {
  const text = historyText(
    {
      operations: [clone, lost],
      leaderChanges: [],
      missing: [{ host: 'pg3', problem: 'pg3 cannot be reached' }],
    },
    { steps: false },
  );
  expect(text).toMatchInlineSnapshot(`
    "2026-11-21 14:13  add-replica pg2                                   done in 72 s
      alice@laptop from 10.0.0.5, 3 changes on control, pg2
    2026-11-21 14:13  backup restore xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  interrupted
      alice@laptop, 1 change
      no sign of life for 20 s, during "Clone on pg2"
    not read: pg3: pg3 cannot be reached
    "
  `);
  expect(widest(text)).toBeLessThanOrEqual(80);
});

test('with steps it says what was changed on which host', () => {
  expect(historyText({ operations: [clone], leaderChanges: [], missing: [] }, { steps: true }))
    .toMatchInlineSnapshot(`
    "2026-11-21 14:13  add-replica pg2                                   done in 72 s
      alice@laptop from 10.0.0.5, 3 changes on control, pg2
        control: Make a certificate in 0.12 s
          sign for pg2
        pg2: Clone (unknown)
          clone pg1
          start
    "
  `);
});

test('a failover that Patroni made by itself has its place between the operations', () => {
  const led = {
    leader: 'pg2',
    changedAt: clone.startedAt + 60,
    timeline: 2,
    lsn: '0/30618F8',
    reason: 'no recovery target specified',
  };
  const later = { ...clone, startedAt: clone.startedAt + 120 };
  expect(historyText({ operations: [clone, later], leaderChanges: [led], missing: [] }, { steps: false }))
    .toMatchInlineSnapshot(`
    "2026-11-21 14:13  add-replica pg2                                   done in 72 s
      alice@laptop from 10.0.0.5, 3 changes on control, pg2
    2026-11-21 14:14  pg2 leads since 14:14:32             timeline 2 from 0/30618F8
      Patroni: no recovery target specified
    2026-11-21 14:15  add-replica pg2                                   done in 72 s
      alice@laptop from 10.0.0.5, 3 changes on control, pg2
    "
  `);
});

test('the last events are of both kinds', () => {
  const led = { leader: 'pg2', changedAt: 3, timeline: 2, lsn: '0/0', reason: '' };
  const history = {
    operations: [
      { ...clone, startedAt: 1 },
      { ...clone, startedAt: 4 },
    ],
    leaderChanges: [{ ...led, changedAt: 2 }, led],
    missing: [],
  };

  const last = lastEvents(history, 2);

  expect(last.operations.map(({ startedAt }) => startedAt)).toEqual([4]);
  expect(last.leaderChanges.map(({ changedAt }) => changedAt)).toEqual([3]);
});

test('the history of a cluster that nothing was done to says so', () => {
  expect(historyText({ operations: [], leaderChanges: [], missing: [] }, { steps: true })).toBe(
    'no operation has changed the cluster yet\n',
  );
});

test('what a host says does not steer the terminal', () => {
  const evil = { ...clone, title: 'add-replica \u001b[31mpg2\u0007' };
  const text = historyText({ operations: [evil], leaderChanges: [], missing: [] }, { steps: false });
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\u0007');
});
