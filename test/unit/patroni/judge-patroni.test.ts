import { expect, test } from 'vitest';
import { judgePatroni, patroniSummary, type PatroniSeen } from '../../../src/patroni/judge-patroni.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({
  CLUSTER_HA: 'patroni',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
});
const well: PatroniSeen = {
  members: [
    { name: 'pg1', isLeader: true, state: 'running', isPending: false },
    { name: 'pg2', isLeader: false, state: 'streaming', isPending: false },
  ],
  isPaused: false,
  problem: null,
};
const [leader, replica] = well.members;

test.each<[string, PatroniSeen, string, string]>([
  ['all is well', well, 'ok', 'leader pg1, automatic failover'],
  ['it is paused', { ...well, isPaused: true }, 'warning', 'leader pg1, paused: no automatic failover'],
  ['nobody leads', { ...well, members: [replica!] }, 'critical', 'no leader'],
  ['a member is missing', { ...well, members: [leader!] }, 'warning', 'does not have pg2 in hand'],
  [
    'a server does not start',
    { ...well, members: [leader!, { ...replica!, state: 'start failed' }] },
    'warning',
    'pg2: start failed',
  ],
  [
    'a host that was removed is back',
    { ...well, members: [...well.members, { ...replica!, name: 'pg3' }] },
    'warning',
    'a member that .env.cluster does not name: pg3',
  ],
  ['nobody says anything', { members: [], isPaused: null, problem: 'no route' }, 'unknown', 'no route'],
])('when %s, it is judged so', (_, seen, status, text) => {
  const [finding] = judgePatroni(cluster, seen);

  expect(finding).toMatchObject({ status, message: expect.stringContaining(text) });
});

test('a pause that the file asks for is no problem, and still told', () => {
  const asked = clusterOf({
    CLUSTER_HA: 'patroni',
    ENABLE_AUTO_FAILOVER: 'false',
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
    CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  });
  const [finding] = judgePatroni(asked, { ...well, isPaused: true });

  expect(finding).toMatchObject({ status: 'ok', message: expect.stringContaining('paused') });
});

test('what waits for a restart is told', () => {
  const seen = { ...well, members: [leader!, { ...replica!, isPending: true }] };

  expect(patroniSummary(seen)).toBe('leader pg1, automatic failover; a restart waits on pg2');
});

test('who paused it is told, where the history knows', () => {
  const paused = { ...well, isPaused: true, pausedBy: 'alice@laptop', pausedAt: '2026-12-01T12:03:04Z' };

  expect(patroniSummary(paused)).toBe(
    'leader pg1, paused since 2026-12-01 12:03 UTC by alice@laptop: no automatic failover, and no server is started',
  );
  expect(judgePatroni(cluster, paused)[0]!.next).toEqual(['let it act by itself again: dbctl resume']);
});

test('one that the file does not want any more is told, with the command that takes it away', () => {
  const seen = { members: [], isPaused: true, problem: null, leftOn: ['pg1', 'pg2'] };

  const [finding] = judgePatroni(cluster, seen);

  expect(finding).toMatchObject({
    status: 'warning',
    next: ['take it away: dbctl up'],
  });
  expect(finding?.message).toContain(
    'still there on pg1 and pg2, paused, while .env.cluster says CLUSTER_HA=none',
  );
});
