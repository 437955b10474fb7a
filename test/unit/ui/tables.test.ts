import { expect, test } from 'vitest';
import type { ReplicationView } from '../../../src/replication/replication-facts.ts';
import type { NodeStatus } from '../../../src/status/status-facts.ts';
import { replicationText } from '../../../src/replication/replication-text.ts';
import { statusText } from '../../../src/status/status-text.ts';
import { widest } from '../../support/written.ts';

const streaming: ReplicationView = {
  node: 'pg2',
  primarySees: {
    state: 'streaming',
    clientAddress: '10.0.0.12',
    ssl: true,
    syncState: 'async',
    lagBytes: 1536,
  },
  replicaSees: {
    isInRecovery: true,
    receiver: { status: 'streaming', senderHost: '10.0.0.11', slot: 'dbctl_pg2' },
    replayLsn: '0/5000060',
  },
};
const silent: ReplicationView = {
  node: 'pg3',
  primarySees: null,
  replicaSees: { isInRecovery: true, receiver: null, replayLsn: null },
};

test('replication is what both sides say', () => {
  expect(replicationText([streaming, silent])).toMatchInlineSnapshot(`
    "REPLICA  PRIMARY SAYS   LAG     TLS  REPLICA SAYS  SLOT
    pg2      streaming      1.5 kB  yes  streaming     dbctl_pg2
    pg3      not connected  ?       no   no receiver   none
    "
  `);
});

test('no replica is no table', () => {
  expect(replicationText([])).toBe('');
});

test('the longest names fit 80 columns, without colour', () => {
  const name = 'x'.repeat(40);
  const receiver = { status: 'streaming', senderHost: null, slot: `dbctl_${name}` };
  const long = { ...streaming, node: name, replicaSees: { ...streaming.replicaSees, receiver } };
  const text = replicationText([long, silent]);

  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(text).toContain('xxx…');
  expect(text).not.toContain('\u001b');
});

const running: NodeStatus = {
  node: 'pg1',
  host: '10.0.0.11',
  port: 5432,
  expectedRole: 'primary',
  state: 'running',
  server: {
    isInRecovery: false,
    version: '17.2',
    timeline: 1,
    startedAt: '2026-03-04T05:06:07Z',
    isReceiving: false,
    databaseBytes: 1,
  },
  diskFreeBytes: 5 * 1024 ** 3,
  places: [],
  problem: undefined,
  startsAtBoot: true,
  remarks: [],
  commitsWait: false,
  isParted: false,
};
const server = running.server!;
const replica: NodeStatus = {
  ...running,
  node: 'pg2',
  host: '10.0.0.12',
  expectedRole: 'replica',
  server: { ...server, isInRecovery: true, isReceiving: true },
};
const gone: NodeStatus = {
  ...replica,
  node: 'pg3',
  state: 'unreachable',
  server: undefined,
  diskFreeBytes: undefined,
  places: [],
  problem: 'pg3 cannot be reached over SSH',
};

test('a node is a line, and why one could not be seen stands below', () => {
  expect(statusText([running, replica, gone])).toMatchInlineSnapshot(`
    "NODE  HOST       ROLE       STATE        VERSION  TL  SINCE (UTC)  DISK FREE
    pg1   10.0.0.11  primary    running      17.2     1   03-04 05:06  5.0 GB
    pg2   10.0.0.12  replica    streaming    17.2     1   03-04 05:06  5.0 GB
    pg3   10.0.0.12  (replica)  unreachable
    pg3 cannot be reached over SSH
    "
  `);
});

test('a role that the file does not expect is marked', () => {
  expect(statusText([{ ...running, expectedRole: 'replica' }])).toContain('primary!');
  expect(statusText([{ ...replica, expectedRole: 'primary' }])).toContain('replica!');
});

test('a replica that receives nothing only runs', () => {
  const alone = { ...replica, server: { ...server, isInRecovery: true } };

  expect(statusText([alone])).toContain('running');
  expect(statusText([alone])).not.toContain('streaming');
});

test('names as long as they may be fit 80 columns, without colour', () => {
  const long = { node: 'x'.repeat(40), host: `${'y'.repeat(60)}.example.org` };
  const text = statusText([
    { ...running, ...long },
    { ...gone, ...long, problem: undefined },
  ]);

  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(text).not.toContain('\u001b');
});

test('a name stays whole where there is room', () => {
  expect(statusText([{ ...running, node: 'orders-primary' }])).toContain('orders-primary ');
});

test('a replica that cannot follow the primary is not shown as one that streams', () => {
  const text = statusText([running, { ...replica, isParted: true, remarks: ['pg2 cannot follow pg1'] }]);

  expect(text).toMatch(/^pg2 .* replica +parted /m);
  expect(text).toContain("pg2: to give it the primary's data: dbctl reinit pg2");
});
