import { expect, test } from 'vitest';
import type { NodeData, NodeSight } from '../../../src/model/topology.ts';
import { partedReplicas, refuseParted } from '../../../src/postgres/parted.ts';
import { pg1, pg2 } from '../../support/shop.ts';

const at = (endLsn: string, timeline = 1) => ({ timeline, endLsn });
const data = (timeline: number, changes: Partial<NodeData> = {}): NodeData => ({
  timeline,
  ancestors: timeline === 1 ? [] : [at('0/5000110')],
  isStandby: true,
  systemIdentifier: '7',
  lsn: '0/6000000',
  since: null,
  upstream: null,
  isStreaming: false,
  ...changes,
});
const seen = (leader: NodeData, replica: NodeData, state: NodeSight['state'] = 'replica') =>
  partedReplicas([
    { node: pg1, state: 'primary', data: { ...leader, isStandby: false } },
    { node: pg2, state, data: replica },
  ]).get('pg2');

test.each<[string, NodeData, NodeData, string]>([
  [
    'was promoted apart to the same number',
    data(2),
    data(2, { ancestors: [at('0/4000000')] }),
    'it is on another timeline 2: it left timeline 1 at 0/4000000, that of pg1 at 0/5000110',
  ],
  [
    'is on an earlier timeline of that number that is not the one the leader came from',
    data(3, { ancestors: [at('0/5000110'), at('0/7000000', 2)] }),
    data(2, { ancestors: [at('0/4000000')] }),
    'it is on another timeline 2',
  ],
  ['is on a newer one', data(2), data(3), 'it is on timeline 3, which pg1 did not come from'],
  [
    'is on one that the leader has skipped',
    data(3),
    data(2),
    'it is on timeline 2, which pg1 did not come from',
  ],
  [
    'has more than the one that leads on the same timeline',
    data(2, { lsn: '0/5800000' }),
    data(2),
    'it has WAL up to 0/6000000, and pg1 up to 0/5800000 only',
  ],
  ["is another server's", data(1), data(1, { systemIdentifier: '8' }), "its data is another server's"],
])('a replica that %s cannot follow', (_, leader, replica, why) => {
  expect(seen(leader, replica)).toContain(`pg2 cannot follow pg1: ${why}`);
  expect(seen(leader, replica, 'stopped')).toBeUndefined();
});

test.each<[string, NodeData, NodeData]>([
  ['is on the same timeline', data(2), data(2)],
  ['streams what was written since', data(2, { lsn: '0/5800000' }), data(2, { isStreaming: true })],
  ['is behind on it', data(2), data(2, { lsn: '0/5500000' })],
  ['has not got as far as its primary when that left', data(2), data(1, { lsn: '0/5000110' })],
  ['has received nothing yet', data(2), data(1, { lsn: null })],
  ['has no history of its timeline', data(2), data(2, { ancestors: [] })],
  ['follows one whose history is gone', data(2, { ancestors: [] }), data(1)],
])('a replica that %s may follow', (_, leader, replica) => {
  expect(seen(leader, replica)).toBeUndefined();
});

test('nobody follows two, or none', () => {
  const leader = { node: pg1, state: 'primary', data: data(2) } as const;
  const replica = { node: pg2, state: 'replica', data: data(3) } as const;

  expect(partedReplicas([leader, { ...leader, node: pg2 }, replica]).size).toBe(0);
  expect(partedReplicas([replica]).size).toBe(0);
});

test('it is refused with the way out', () => {
  const leader = { node: pg1, state: 'primary', data: data(2) } as const;
  const replica = { node: pg2, state: 'replica', data: data(2) } as const;

  expect(() => refuseParted({ nodes: [leader, replica] })).not.toThrow();
  expect(() =>
    refuseParted({ nodes: [leader, { ...replica, data: data(2, { ancestors: [at('0/4000000')] }) }] }),
  ).toThrow(
    expect.objectContaining({
      exitCode: 4,
      next: expect.arrayContaining([expect.stringContaining('dbctl reinit pg2')]) as unknown,
    }),
  );
});
