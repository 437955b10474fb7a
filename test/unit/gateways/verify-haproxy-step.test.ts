import { expect, test } from 'vitest';
import type { ServerSeen } from '../../../src/gateways/statistics-query.ts';
import { wrongIn } from '../../../src/gateways/verify-haproxy-step.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const { primary, nodes } = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' });
const up = (entry: ServerSeen['entry'], ...names: readonly string[]): readonly ServerSeen[] =>
  names.map((node) => ({ entry, node, isUp: true, state: 'UP', check: '', sessions: 0, sinceSeconds: 0 }));

test.each([
  [[...up('primary', 'pg1'), ...up('any', 'pg1', 'pg2')], undefined],
  [undefined, 'it does not answer'],
  [up('any', 'pg1', 'pg2'), 'its primary is nobody, and pg1 leads'],
  [[...up('primary', 'pg1', 'pg2'), ...up('any', 'pg1', 'pg2')], 'its primary is pg1 and pg2, and pg1 leads'],
  [[...up('primary', 'pg1'), ...up('any', 'pg1')], 'it gets no answer from pg2'],
])('HAProxy that sees %j: %s', (seen, wrong) => {
  expect(wrongIn(seen, { primary }, nodes)).toBe(wrong);
});
