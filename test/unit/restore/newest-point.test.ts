import { expect, test } from 'vitest';
import type { NodeSight } from '../../../src/model/topology.ts';
import { archiveEnd, newestPoint, whoseTimeline, type Present } from '../../../src/restore/newest-point.ts';
import { file, info } from '../../support/archived.ts';

const first = [3, 4].map((n) => file(`00000001000000000000000${n}`, n));
const second = file('000000020000000000000005', 5);
const histories = new Map([[2, [{ timeline: 1, endLsn: '0/5000000' }]]]);
const node = { name: 'pg1', host: '10.0.0.11', port: 5432 } as NodeSight['node'];

const present = (state: NodeSight['state'], timeline = 1): Present =>
  ({
    sight: { node, state, data: { systemIdentifier: '7', timeline, isStandby: false, lsn: '0/4000028' } },
  }) as unknown as Present;

test.each([
  ['that runs', present('primary'), 1],
  ['that is stopped, and as new as the repository', present('stopped', 2), 2],
  ['whose data is gone', undefined, 2],
])('a restore follows the timeline of a primary %s', (_, seen, timeline) => {
  expect(whoseTimeline(info, [...first, second], histories, seen)).toBe(timeline);
});

test('older data that was put back is not taken for the cluster when the repository went on', () => {
  const follow = (wal: readonly (typeof second)[]) => () =>
    whoseTimeline(info, wal, histories, present('stopped'));

  expect(follow([...first, second])).toThrow(
    expect.objectContaining({
      message: "nobody can say which timeline is the cluster's: 1 or 2",
      why: expect.stringContaining('The data on pg1, which is stopped, is on timeline 1') as unknown,
    }),
  );
  // Another server wrote for a while, and the primary went on.
  expect(follow([...first, second, file('000000010000000000000006', 9)])()).toBe(1);
});

test('the newest point is the further one of a stopped primary and the repository', () => {
  const lineage = { timeline: 1, ancestors: [] };
  const archive = archiveEnd(info, first, lineage);
  const behind = archiveEnd(info, first.slice(0, 1), lineage);

  expect(archive).toEqual({ lsn: '0/5000000', atLeast: '0/4000001', says: 'the repository goes on to' });
  expect(newestPoint(node, { present: present('stopped'), lineage, archive: behind })).toMatchObject({
    lsn: '0/4000028',
    says: 'pg1 was stopped at',
  });
  expect(newestPoint(node, { present: undefined, lineage, archive })).toBe(archive);
  expect(newestPoint(node, { present: present('primary'), lineage, archive })?.says).toBe('pg1 is at');
});
