import { expect, test } from 'vitest';
import type { NodeFacts, Signals } from '../../../src/probe/facts.ts';
import { judgeSignals } from '../../../src/probe/signals.ts';
import { pg1 } from '../../support/probe-facts.ts';

const seen = (inRecovery: boolean, signals?: Signals): readonly NodeFacts[] => [
  { node: pg1, server: { inRecovery }, signals } as NodeFacts,
];

test.each([
  ['a primary without signal files', seen(false, { standby: false, recovery: false }), 'ok'],
  ['a replica with its own', seen(true, { standby: true, recovery: false }), 'ok'],
  ['a stale one on the primary', seen(false, { standby: true, recovery: false }), 'critical'],
  ['an order to recover on the primary', seen(false, { standby: false, recovery: true }), 'critical'],
  ['a replica that lost its own', seen(true, { standby: false, recovery: false }), 'critical'],
])('%s is judged before a restart is', (_reason, facts, status) => {
  expect(judgeSignals(facts).map((one) => one.status)).toEqual([status]);
});

test('what the admin may not see is not judged', () => {
  expect(judgeSignals(seen(true))).toEqual([]);
});
