import { expect, test } from 'vitest';
import { etcdSummary, judgeEtcd, type EtcdSeen } from '../../../src/etcd/judge-etcd.ts';

const member = (name: string, changes: Partial<EtcdSeen> = {}): EtcdSeen => ({
  name,
  address: '10.0.0.1',
  isHealthy: true,
  isLeader: false,
  version: '3.5.16',
  databaseBytes: 20480,
  complaints: [],
  problem: null,
  ...changes,
});

const leader = member('control', { isLeader: true });
const lost = { isHealthy: false, version: null, databaseBytes: null };
const off = { ...lost, problem: 'no route to host' };

test('all members are there', () => {
  const seen = [leader, member('pg1'), member('pg2')];

  expect(etcdSummary(seen)).toBe('3 of 3 members, leader control');
  expect(judgeEtcd(seen)).toMatchObject([{ status: 'ok' }]);
});

test.each([
  ['one of three', [leader, member('pg1'), member('pg2', lost)], 'warning', 'no other member may fail'],
  [
    'one of five',
    [leader, member('pg1'), member('pg2'), member('pg3'), member('pg4', off)],
    'warning',
    '1 more may fail',
  ],
  ['two of three', [member('control'), member('pg1', lost), member('pg2', lost)], 'critical', 'no leader'],
  [
    'two of three, on hosts that are not reached',
    [member('control'), member('pg1', off), member('pg2', off)],
    'unknown',
    'no majority',
  ],
] as const)('without %s', (_, seen, status, words) => {
  const [finding] = judgeEtcd(seen);

  expect(finding?.status).toBe(status);
  expect(finding?.message).toContain(words);
});

test('a member that complains is told of', () => {
  const seen = [leader, member('pg1', { complaints: ['memberID:1 alarm:NOSPACE '] }), member('pg2')];

  expect(judgeEtcd(seen)[1]).toMatchObject({
    status: 'critical',
    message: expect.stringContaining('NOSPACE'),
  });
});
