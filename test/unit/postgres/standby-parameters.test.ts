import { expect, test } from 'vitest';
import {
  restartOrder,
  type StandbyNode,
  type StandbyValues,
} from '../../../src/postgres/standby-parameters.ts';
import { standbyDefaults } from '../../support/shop.ts';

const node = (
  name: string,
  wanted: Partial<StandbyValues> = {},
  { current, restarts = true }: { current?: Partial<StandbyValues> | 'down'; restarts?: boolean } = {},
): StandbyNode => ({
  name,
  current: current === 'down' ? undefined : { ...standbyDefaults, ...current },
  wanted: { ...standbyDefaults, ...wanted },
  restarts,
});

const more = { max_connections: 200 };
const less = { max_connections: 50 };

test.each([
  ['nothing changes', node('pg1'), [node('pg2'), node('pg3')], ['pg2', 'pg3'], []],
  ['raised everywhere', node('pg1', more), [node('pg2', more), node('pg3', more)], ['pg2', 'pg3'], []],
  ['lowered everywhere', node('pg1', less), [node('pg2', less), node('pg3', less)], [], ['pg2', 'pg3']],
  ['lowered, one replica keeps more', node('pg1', less), [node('pg2', less), node('pg3')], ['pg3'], ['pg2']],
  [
    'the primary stays, one replica gets more',
    node('pg1', {}, { restarts: false }),
    [node('pg2', more)],
    ['pg2'],
    [],
  ],
  [
    'the replicas have more already, only the primary restarts',
    node('pg1', more),
    [node('pg2', more, { current: more, restarts: false })],
    [],
    [],
  ],
  [
    'the primary has been lowered already',
    node('pg1', less, { current: less, restarts: false }),
    [node('pg2', less)],
    ['pg2'],
    [],
  ],
  [
    'a replica is down, and stays so',
    node('pg1', more),
    [node('pg2', more, { current: 'down', restarts: false })],
    [],
    [],
  ],
  ['a replica is down, and is started', node('pg1'), [node('pg2', {}, { current: 'down' })], ['pg2'], []],
  ['the primary is down', node('pg1', {}, { current: 'down' }), [node('pg2')], ['pg2'], []],
  [
    'one is raised here and another one lowered there',
    node('pg1', more),
    [node('pg2', { ...more, max_wal_senders: 12 })],
    ['pg2'],
    [],
  ],
])('%s', (_case, primary, replicas, before, after) => {
  expect(restartOrder(primary, replicas)).toEqual({ before, after });
});

test('a replica that went down before it replayed a lowering is not started with less than it knows of', () => {
  const down = {
    ...node('pg2', {}, { current: 'down' }),
    floor: { ...standbyDefaults, max_connections: 150 },
  };

  expect(() => restartOrder(node('pg1'), [down])).toThrow('pg2 is down, and would not start');
  expect(restartOrder(node('pg1'), [{ ...down, floor: standbyDefaults }])).toEqual({
    before: ['pg2'],
    after: [],
  });
});

test.each([
  [
    'a raised primary alone',
    node('pg1', more),
    [node('pg2', more, { restarts: false })],
    'restart the replica first: dbctl restart pg2',
  ],
  [
    'a primary that is raised above what its replicas will have',
    node('pg1', more),
    [node('pg2')],
    'give both the same value: POSTGRES_CONF_max_connections in .env.cluster',
  ],
  [
    'a lowered replica alone',
    node('pg1', less, { restarts: false }),
    [node('pg2', less)],
    'restart the primary first: dbctl restart pg1',
  ],
  [
    'a replica that is lowered below what its primary will have',
    node('pg1'),
    [node('pg2', less)],
    'give both the same value: POSTGRES_CONF_max_connections in .env.cluster',
  ],
  [
    'a replica that is down, and has not replayed the lowering',
    node('pg1', less),
    [node('pg2', less, { current: 'down' })],
    'start it with 100 until its primary has restarted with less: dbctl up',
  ],
  [
    'one raised, one lowered',
    node('pg1', { max_connections: 200, max_wal_senders: 5 }),
    [node('pg2', { max_connections: 200, max_wal_senders: 5 })],
    'change them one after the other: first only max_connections',
  ],
])('%s is refused, with the way out', (_case, primary, replicas, next) => {
  expect(() => restartOrder(primary, replicas)).toThrow(
    expect.objectContaining({
      exitCode: 4,
      next: expect.arrayContaining([next, 'nothing was changed']),
    }),
  );
});
