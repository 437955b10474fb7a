import { expect, test } from 'vitest';
import type { NodeFacts, Sender, Slot } from '../../../src/probe/facts.ts';
import { judgeReplication } from '../../../src/probe/replication.ts';
import { cluster, pg2, pg3, primary, replica } from '../../support/probe-facts.ts';

const healthy = primary().primary!;
const withSender = (changes: Partial<Sender>): NodeFacts =>
  primary({
    primary: { ...healthy, senders: healthy.senders.map((one) => ({ ...one, ...changes })).slice(0, 2) },
  });
const withSlot = (changes: Partial<Slot>): NodeFacts =>
  primary({ primary: { ...healthy, slots: [{ ...healthy.slots[0]!, ...changes }, healthy.slots[1]!] } });
const receiver = { status: 'streaming', host: '10.0.0.13', port: 5432, slot: 'dbctl_pg2' };

const problems = (first: NodeFacts, second: NodeFacts): string[] =>
  judgeReplication(cluster, [first, second, replica(pg3)])
    .filter(({ status, node }) => status !== 'ok' && node !== 'pg3')
    .map(({ status, node, message }) => `${status} ${node}: ${message}`);

test.each([
  ['5 s are still fine', { bytes: 9, seconds: 5 }, []],
  ['above the warning limit', { bytes: 9, seconds: 6 }, ['warning pg2: 6 s behind (9 B), more than 5 s']],
  [
    'above the maximum',
    { bytes: 2_097_152, seconds: 31 },
    ['critical pg2: 31 s behind (2.0 MB), more than 30 s'],
  ],
  [
    'bytes without an age',
    { bytes: 9, seconds: undefined },
    ['warning pg2: lag unknown: 9 B behind, for an unknown time'],
  ],
])('lag: %s', (_reason, lag, expected) => {
  expect(problems(primary(), replica(pg2, { lag }))).toEqual(expected);
});

test.each([
  {
    reason: 'a wrong replication password shows as a replica that gets nothing, told once',
    first: primary({ primary: { ...healthy, senders: healthy.senders.slice(1) } }),
    second: replica(pg2, {
      replica: { receiver: null, replayPaused: false },
      lag: { bytes: 0, seconds: undefined },
    }),
    expected: ['critical pg2: does not stream: it has no WAL receiver'],
  },
  {
    reason:
      'the primary alone can tell that a replica gets nothing when the admin cannot look at the replica',
    first: primary({ primary: { ...healthy, senders: healthy.senders.slice(1) } }),
    second: replica(pg2, { replica: undefined }),
    expected: [
      'unknown pg2: only the admin role can see whether it streams',
      'critical pg2: pg1 sends it no WAL',
    ],
  },
  {
    reason: 'a replica of a replica, or one without its application_name',
    first: primary({ primary: { ...healthy, senders: healthy.senders.slice(1) } }),
    second: replica(pg2, { replica: { receiver, replayPaused: false } }),
    expected: ['warning pg2: streams from 10.0.0.13:5432, but pg1 has no WAL sender for "pg2"'],
  },
  {
    reason: 'paused replay will become lag',
    first: primary(),
    second: replica(pg2, { replica: { receiver, replayPaused: true } }),
    expected: ['warning pg2: replay is paused'],
  },
  {
    reason: 'a stream in the clear',
    first: withSender({ tls: false }),
    second: replica(pg2),
    expected: ['critical pg2: streams without TLS'],
  },
  {
    reason: 'still catching up',
    first: withSender({ state: 'catchup' }),
    second: replica(pg2),
    expected: ['warning pg2: the WAL sender is in state catchup, not streaming'],
  },
  {
    reason: 'streaming as a role with more rights',
    first: withSender({ user: 'postgres' }),
    second: replica(pg2),
    expected: ['warning pg2: streams as role postgres, not as replicator'],
  },
  {
    reason: 'a lost slot must be made anew',
    first: withSlot({ walStatus: 'lost', active: false }),
    second: replica(pg2),
    expected: ['critical pg2: slot dbctl_pg2 is lost: WAL that the replica needs is gone'],
  },
  {
    reason: 'a slot that was invalidated stays so, also when its replica is back',
    first: withSlot({ walStatus: 'unreserved', active: true, safeBytes: 33554432 }),
    second: replica(pg2),
    expected: ['critical pg2: slot dbctl_pg2 was invalidated: it is in use, but keeps no WAL'],
  },
  {
    reason: 'a slot over its limit is lost at the next checkpoint',
    first: withSlot({ walStatus: 'unreserved', active: false, safeBytes: -1 }),
    second: replica(pg2),
    expected: ['critical pg2: slot dbctl_pg2 is about to be lost: start pg2 now'],
  },
  {
    reason: 'a slot without its replica keeps WAL',
    first: withSlot({ active: false, retainedBytes: 1024 ** 3 }),
    second: replica(pg2),
    expected: ['warning pg2: slot dbctl_pg2 is not in use and keeps 1.0 GB of WAL'],
  },
  {
    reason: 'a slot of nobody fills the disk one day; the missing one protects nobody',
    first: withSlot({ name: 'forgotten', active: false, retainedBytes: 1024 ** 2 }),
    second: replica(pg2),
    expected: [
      'warning pg2: the primary has no slot dbctl_pg2',
      'warning pg1: slot forgotten belongs to no replica of .env.cluster, is not in use and keeps 1.0 MB of WAL',
    ],
  },
  {
    reason: 'without the admin it cannot be seen',
    first: primary(),
    second: replica(pg2, { replica: undefined }),
    expected: ['unknown pg2: only the admin role can see whether it streams'],
  },
])('$reason', ({ first, second, expected }) => {
  expect(problems(first, second)).toEqual(expected);
});
