import { expect, test } from 'vitest';
import type { NodeFacts, ServerState } from '../../../src/probe/facts.ts';
import { reportOf } from '../../../src/probe/report.ts';
import {
  cluster,
  now,
  pg1,
  pg2,
  pg3,
  primary,
  replica,
  server,
  unreachable,
} from '../../support/probe-facts.ts';

const onReplica = (changes: Partial<ServerState>) => ({
  server: { ...server, inRecovery: true, ...changes },
});

const problems = (all: readonly NodeFacts[]): string[] =>
  reportOf(cluster, all, now)
    .findings.filter(({ status }) => status !== 'ok')
    .map(({ status, node, check }) => [status, node, check].filter(Boolean).join(' '));

test('a healthy cluster is OK, exit code 0', () => {
  const report = reportOf(cluster, [primary(), replica(pg2), replica(pg3)], now);

  expect(report.findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(report).toMatchObject({ status: 'ok', exitCode: 0, at: '2026-11-21T12:00:00.000Z' });
});

test.each([
  {
    reason: 'two writable primaries are a split brain, whatever the file says',
    all: [primary(), primary({ node: pg2 }), replica(pg3)],
    expected: ['critical one-primary', 'warning pg2 role'],
  },
  {
    reason: 'a dead primary leaves nobody to write to, and no lag to measure',
    all: [unreachable(pg1), replica(pg2, { lag: undefined }), replica(pg3, { lag: undefined })],
    expected: ['critical one-primary', 'critical pg1 reachable', 'unknown pg2 lag', 'unknown pg3 lag'],
  },
  {
    reason: 'after a promotion the file is behind: a warning that names the new primary',
    all: [
      replica(pg1),
      primary({
        node: pg2,
        primary: {
          ...primary().primary!,
          senders: primary().primary!.senders.map((one, index) => ({
            ...one,
            application: index === 0 ? 'pg1' : 'pg3',
          })),
          slots: primary().primary!.slots.map((one, index) => ({
            ...one,
            name: index === 0 ? 'dbctl_pg1' : 'dbctl_pg3',
          })),
        },
      }),
      replica(pg3),
    ],
    expected: ['warning pg1 role', 'warning pg2 role'],
  },
  {
    reason: 'a replica with another system identifier belongs to another cluster',
    all: [primary(), replica(pg2, onReplica({ systemIdentifier: '8' })), replica(pg3)],
    expected: ['critical system-identifier'],
  },
  {
    reason: 'a replica on an old timeline did not follow the promotion',
    all: [
      primary({ server: { ...server, timeline: 2 } }),
      replica(pg2),
      replica(pg3, onReplica({ timeline: 2 })),
    ],
    expected: ['critical timeline'],
  },
  {
    reason: 'another minor version is a warning',
    all: [primary(), replica(pg2, onReplica({ versionNumber: 170_011, version: '17.11' })), replica(pg3)],
    expected: ['warning minor-version'],
  },
  {
    reason: 'another major version cannot replicate',
    all: [primary(), replica(pg2, onReplica({ versionNumber: 160_001, version: '16.1' })), replica(pg3)],
    expected: ['critical major-version', 'warning minor-version', 'warning configured-version'],
  },
  {
    reason: 'nobody answering is critical, not unknown',
    all: [unreachable(pg1), unreachable(pg2), unreachable(pg3)],
    expected: [
      'critical one-primary',
      'critical pg1 reachable',
      'critical pg2 reachable',
      'critical pg3 reachable',
    ],
  },
  {
    reason: 'CLUSTER_DB_HOSTS without the primary asks for no primary',
    all: [replica(pg2), replica(pg3)],
    expected: [],
  },
])('$reason', ({ all, expected }) => {
  expect(problems(all)).toEqual(expected);
});
