import { expect, test } from 'vitest';
import { judgeProtection } from '../../../src/probe/protection.ts';
import { reportOf } from '../../../src/probe/report.ts';
import {
  archiver,
  backedUp,
  cluster,
  now,
  pg1,
  pg2,
  pg3,
  primary,
  replica,
  unreachable,
} from '../../support/probe-facts.ts';

const replicas = [replica(pg2), replica(pg3)];

test('without backups nothing is asked, and the cluster is OK', () => {
  const report = reportOf(cluster, [primary(), ...replicas], now);

  expect(report).toMatchObject({
    status: 'ok',
    protection: { archiving: 'not configured', waitingFiles: null },
  });
  expect(report.findings.map(({ check }) => check)).not.toContain('archiving');
});

test('with backups, WAL that arrives is a check that passes', () => {
  const report = reportOf(backedUp, [primary({ archiver }), ...replicas], now);

  expect(report.status).toBe('ok');
  expect(report.findings.find(({ check }) => check === 'archiving')).toEqual({
    check: 'archiving',
    status: 'ok',
    message: 'WAL archived 12 s ago',
  });
  expect(report.protection).toEqual({
    archiving: 'alive',
    lastArchivedAt: '2026-11-21T11:59:48.000Z',
    lastArchivedWal: '000000010000000000000007',
    waitingFiles: 0,
    message: 'WAL archived 12 s ago',
  });
});

test.each([
  ['never set up', { command: '/bin/true' }, ['dbctl backup setup']],
  [
    'failing',
    { lastFailedAt: archiver.now },
    ['see which link fails and what to do: dbctl backup check', 'dbctl backup setup   (repairs it)'],
  ],
])('archiving that is %s makes a green cluster critical, with advice', (_reason, changes, next) => {
  const report = reportOf(backedUp, [primary({ archiver: { ...archiver, ...changes } }), ...replicas], now);

  expect(report).toMatchObject({ status: 'critical', exitCode: 2 });
  expect(report.findings.filter(({ status }) => status !== 'ok')).toMatchObject([
    { check: 'archiving', next },
  ]);
});

test('nothing archived yet has no time', () => {
  const facts = primary({ archiver: { ...archiver, lastArchivedAt: null, lastArchivedWal: null } });

  const { protection, findings } = reportOf(backedUp, [facts], now);

  expect(protection).toMatchObject({ archiving: 'alive', lastArchivedAt: null, lastArchivedWal: null });
  expect(findings.find(({ check }) => check === 'archiving')).not.toHaveProperty('next');
});

test('a primary whose admin cannot log in is unknown, and one that is gone is told by others', () => {
  expect(judgeProtection(backedUp, [primary()])).toMatchObject([{ status: 'unknown' }]);
  expect(judgeProtection(backedUp, [unreachable(pg1), ...replicas])).toEqual([]);
  expect(reportOf(backedUp, [unreachable(pg1), ...replicas], now).protection).toMatchObject({
    archiving: null,
  });
});
