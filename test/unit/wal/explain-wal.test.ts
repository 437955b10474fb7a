import { expect, test } from 'vitest';
import { explainWal } from '../../../src/wal/explain-wal.ts';
import type { WalFacts } from '../../../src/wal/facts.ts';
import { holdersOf } from '../../../src/wal/holders.ts';
import { rateSinceArchived } from '../../../src/wal/outlook.ts';
import {
  deadSlot,
  gigabyte,
  megabyte,
  primarySight,
  replicaSight,
  walDisk,
  walServer,
  walSlot,
  failing,
  waiting,
} from '../../support/wal-sights.ts';
import { clusterOf, leastBackup } from '../../support/cluster-file.ts';

const cluster = clusterOf({ ...leastBackup, CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13' });

const explain = (primary: WalFacts, ...replicas: readonly WalFacts[]) =>
  explainWal(cluster, [primary, ...(replicas.length > 0 ? replicas : [replicaSight()])]);

const commandsOf = ({ advice }: ReturnType<typeof explain>) =>
  advice.flatMap(({ next }) => next.map(({ command, text }) => command ?? text));

test('a healthy primary has holders with limits, and nothing to do', () => {
  const { summary, nodes, advice, biggest } = explain(primarySight({ slots: [walSlot()] }));

  expect(summary).toBe('WAL is not accumulating; the disk of pg1 will not fill up');
  expect(nodes[0]!.holders.map(({ name, bytes }) => [name, bytes / megabyte])).toEqual([
    ['not needed', 752],
    ['wal_keep_size', 256],
    ['last checkpoint', 48],
  ]);
  expect(biggest).toEqual({ node: 'pg1', holder: 'not needed', bytes: 752 * megabyte });
  expect(advice).toEqual([]);
});

const unreachable = replicaSight({
  server: undefined,
  directory: undefined,
  problem: 'pg2 cannot be reached over SSH',
});
const stopped = replicaSight({ server: undefined });

test.each<
  [
    state: string,
    replica: WalFacts,
    slot: ReturnType<typeof walSlot>,
    why: string,
    commands: readonly string[],
  ]
>([
  [
    'is down',
    unreachable,
    deadSlot(),
    'pg2 cannot be reached over SSH',
    ['dbctl status', 'dbctl remove-replica pg2'],
  ],
  [
    'does not run',
    stopped,
    deadSlot(),
    'PostgreSQL does not run on pg2.',
    ['dbctl logs pg2', 'dbctl add-replica pg2', 'dbctl reinit pg2', 'dbctl remove-replica pg2'],
  ],
  [
    'runs and does not read its slot',
    replicaSight(),
    deadSlot(),
    'pg2 runs, but does not use its slot.',
    ['dbctl logs pg2', 'dbctl add-replica pg2', 'dbctl reinit pg2', 'dbctl remove-replica pg2'],
  ],
  [
    'was never set up',
    replicaSight({ server: undefined, directory: undefined }),
    deadSlot(),
    'pg2 is not set up.',
    ['dbctl add-replica pg2', 'dbctl remove-replica pg2'],
  ],
  [
    'was promoted',
    replicaSight({ server: walServer() }),
    deadSlot(),
    'pg2 is no longer a replica: it accepts writes.',
    ['dbctl logs pg2', 'dbctl reinit pg2'],
  ],
  [
    'is too slow',
    replicaSight(),
    walSlot({ heldBytes: 2 * gigabyte, grownBytes: megabyte, safeBytes: 2 * gigabyte }),
    'pg2 streams, but more slowly than WAL is written: its disk or the network is too slow.',
    ['dbctl status', 'dbctl logs pg2', 'dbctl remove-replica pg2'],
  ],
])(
  'the slot of a replica that %s is named, with what helps and loses least first',
  (_, replica, slot, why, commands) => {
    const explanation = explain(primarySight({ slots: [slot] }), replica);

    expect(explanation.nodes[0]!.holders[0]).toMatchObject({ name: 'slot dbctl_pg2', isGrowing: true });
    expect(explanation.advice[0]!.why).toContain(why);
    expect(commandsOf(explanation)).toEqual(commands);
  },
);

test('a slot reaches its limit before the disk is full', () => {
  const { summary } = explain(primarySight({ slots: [deadSlot()] }));

  expect(summary).toBe(
    'slot dbctl_pg2 reaches max_slot_wal_keep_size and is invalidated in 51 min 12 s at 1.0 MB/s',
  );
});

test('a slot without a limit fills the disk, and a limit is advised before the replica is given up', () => {
  const settings = { slotLimitBytes: null };
  const explanation = explain(primarySight({ slots: [deadSlot({ safeBytes: null })], settings }), stopped);

  expect(explanation.summary).toBe(
    'slot dbctl_pg2 is filling the disk of pg1: full in 3 h 58 min at 1.0 MB/s',
  );
  expect(explanation.advice[0]!.next.slice(-2)).toEqual([
    {
      text: 'limit the WAL that slots may keep: POSTGRES_CONF_max_slot_wal_keep_size=5GB, then',
      command: 'dbctl up',
    },
    { text: 'if it is gone permanently', command: 'dbctl remove-replica pg2' },
  ]);
});

test('a limit beyond what is free is no limit', () => {
  const { nodes } = explain(primarySight({ slots: [deadSlot()] }, { freeBytes: 2 * gigabyte }));

  expect(nodes[0]!.outlook).toEqual({
    kind: 'full',
    holder: 'slot dbctl_pg2',
    seconds: 2048,
    bytesPerSecond: megabyte,
  });
});

test('on a disk that is nearly full, the disk comes first, and nobody is told to delete WAL', () => {
  const settings = { slotLimitBytes: null };
  const sight = primarySight(
    { slots: [deadSlot({ safeBytes: null })], settings },
    { freeBytes: 0.5 * gigabyte },
  );
  const { advice } = explain(sight, stopped);

  expect(advice[0]!.why).toBe(
    'The disk of pg1 is nearly full. Delete nothing in pg_wal by hand: that destroys the database.',
  );
  expect(advice[1]!.why).toBe('PostgreSQL does not run on pg2.');
});

test('on a disk that is full soon, what helps for good comes before room', () => {
  const settings = { slotLimitBytes: null };
  const watched = { bytes: 20 * megabyte };
  const { advice } = explain(
    primarySight({ slots: [deadSlot({ safeBytes: null })], settings, watched }),
    stopped,
  );

  expect(advice.map(({ why }) => why.split('. ')[0])).toEqual([
    'PostgreSQL does not run on pg2.',
    'The disk of pg1 is full within the hour',
  ]);
});

test.each([0, 1000])(
  'when %d bytes are written now, the rate since the last archived file counts',
  (bytes) => {
    const watched = { bytes };
    const archiver = { lastArchivedWal: '00000001000000020000003F', lastArchivedAt: 8_976 };
    const { summary, nodes } = explain(primarySight({ slots: [deadSlot()], watched, archiver }));

    expect(nodes[0]!.rate!.sinceArchived).toEqual({ bytesPerSecond: megabyte, seconds: 1024 });
    expect(summary).toContain('in 51 min 12 s at 1.0 MB/s');
  },
);

test('when nothing is written at all, no time is made up', () => {
  const archiver = { lastArchivedWal: null, lastArchivedAt: null };
  const { summary } = explain(primarySight({ slots: [deadSlot()], watched: { bytes: 0 }, archiver }));

  expect(summary).toBe('slot dbctl_pg2 retains a growing amount of WAL, but none is written now');
});

test('just after a file was archived there is no second rate', () => {
  expect(rateSinceArchived(walServer({ archiver: { lastArchivedAt: 9_970 } }))).toBeUndefined();
  expect(
    rateSinceArchived(walServer({ isInRecovery: true, archiver: { lastArchivedAt: 100 } })),
  ).toBeUndefined();
});

test('an archiver that fails is named, with its link to check first', () => {
  const explanation = explain(primarySight({ archiver: failing }));

  expect(explanation.nodes[0]!.holders[0]).toEqual({
    kind: 'archiver',
    name: 'archiver',
    bytes: 320 * megabyte,
    isGrowing: true,
    roomBytes: 5 * gigabyte - 320 * megabyte,
    note: '20 files wait, 7 failures',
  });
  expect(explanation.summary).toBe(
    'pgBackRest drops WAL that it cannot send, and a new backup is needed, in 1 h 20 min at 1.0 MB/s',
  );
  expect(explanation.advice[0]!.why).toBe(
    '20 WAL files wait to be archived; the last that failed is 00000001000000020000006C.',
  );
  expect(commandsOf(explanation)).toEqual(['dbctl backup check', 'dbctl logs pg1', 'dbctl backup setup']);
});

test.each([
  ['works off a few files', waiting, false],
  ['has a file that waits for minutes', { ...waiting, oldestWaitingAt: 9_800 }, true],
  ['failed before it last succeeded', { ...waiting, failedCount: 1, lastFailedAt: 9_000 }, false],
  ['has no command', { ...waiting, command: '' }, true],
  ['is off', { ...waiting, mode: 'off', command: '' } as const, false],
])('an archiver that %s: does it keep ever more?', (_, archiver, isGrowing) => {
  const holder = holdersOf(walServer({ archiver })).find(({ kind }) => kind === 'archiver');

  expect(holder?.isGrowing).toBe(isGrowing);
});

test('with a slot and an archiver, the disk is only safe when both have a limit', () => {
  const server = { slots: [deadSlot()], archiver: failing };
  const both = explain(primarySight(server)).nodes[0]!.outlook;
  const { queueLimitBytes: _, ...unlimited } = primarySight(server);
  const one = explain(unlimited).nodes[0]!.outlook;

  expect(both).toMatchObject({ kind: 'limit', holder: 'slot dbctl_pg2' });
  expect(one).toMatchObject({ kind: 'full', holder: 'slot dbctl_pg2', seconds: 14 * 1024 });
});

test.each([
  ['of a node that is gone', deadSlot({ name: 'dbctl_pg9' }), 'left over', ['drop_replication_slot']],
  [
    'of somebody else',
    deadSlot({ name: 'debezium', type: 'logical', plugin: 'pgoutput', database: 'shop' }),
    'logical (pgoutput, database shop)',
    ['start its client', 'drop_replication_slot'],
  ],
  [
    'of a running copy',
    deadSlot({ name: 'pg_basebackup_12', isTemporary: true, usedBy: 'pg3' }),
    'a copy of the data is being made by pg3',
    ['let it finish'],
  ],
])('a slot %s is told apart', (_, slot, why, commands) => {
  const explanation = explain(primarySight({ slots: [slot] }));

  expect(explanation.advice[0]!.why).toContain(why);
  commandsOf(explanation).forEach((command, index) => expect(command).toContain(commands[index]));
  expect(commandsOf(explanation)).toHaveLength(commands.length);
});

test.each([
  ['before PostgreSQL 17', { walStatus: 'lost', heldBytes: null, safeBytes: null }],
  ['since PostgreSQL 17', { walStatus: 'lost', heldBytes: gigabyte, invalidationReason: 'wal_removed' }],
])('a slot that was given up (%s) holds nothing, and its replica is made anew', (_, changes) => {
  const explanation = explain(primarySight({ slots: [deadSlot(changes)] }));

  expect(explanation.nodes[0]!.holders.map(({ kind }) => kind)).not.toContain('slot');
  expect(commandsOf(explanation)).toEqual(['dbctl reinit pg2']);
});

test.each([
  ['a slot in use', walSlot({ heldBytes: 1 }), 0, 'in use'],
  ['before PostgreSQL 17, nobody knows since when', deadSlot({ inactiveSince: null }), 0, 'unread'],
  ['since PostgreSQL 18, an idle slot may have a limit', deadSlot(), 86_400, 'unread for 2 h of 24 h'],
])('%s: its note', (_, slot, idleSlotSeconds, note) => {
  expect(holdersOf(walServer({ slots: [slot], settings: { idleSlotSeconds } }))).toContainEqual(
    expect.objectContaining({ kind: 'slot', note }),
  );
});

test('archiving into nowhere holds nothing, and is told', () => {
  const explanation = explain(primarySight({ archiver: { command: '/bin/true' } }));

  expect(explanation.advice).toEqual([
    {
      why: 'archive_command is /bin/true: WAL is discarded, not archived.',
      next: [{ text: 'send it to the repository', command: 'dbctl backup setup' }],
    },
  ]);
});

test('settings that keep a large part of the disk are named, smaller ones are not', () => {
  const large = { settings: { keepBytes: 8 * gigabyte }, oldestFile: '000000010000000000000060' };

  expect(commandsOf(explain(primarySight(large)))).toEqual(['dbctl up']);
  expect(explain(primarySight(large)).advice[0]!.next[0]!.text).toContain('POSTGRES_CONF_wal_keep_size');
  expect(explain(primarySight()).advice).toEqual([]);
});

test('files to reuse, and what summaries still need, hold WAL too', () => {
  const holders = holdersOf(walServer({ aheadFiles: 3, unsummarizedBytes: 2 * gigabyte }));

  expect(holders[0]).toMatchObject({ name: 'WAL summarizer', bytes: 2 * gigabyte, isGrowing: true });
  expect(holders.find(({ kind }) => kind === 'recycled')?.bytes).toBe(48 * megabyte);
});

test('a young server keeps no more than it has written', () => {
  const young = walServer({
    currentLsn: '0/3000000',
    oldestFile: '000000010000000000000001',
    checkpointBytes: 100,
  });

  expect(holdersOf(young)[0]).toMatchObject({
    kind: 'wal_keep_size',
    bytes: 32 * megabyte,
    note: 'of 256 MB',
  });
});

test('a primary that cannot be seen is said first, and the replicas are shown all the same', () => {
  const { summary, nodes, biggest } = explain({ node: 'pg1', problem: 'pg1 cannot be reached over SSH' });

  expect(summary).toBe('pg1: pg1 cannot be reached over SSH');
  expect(biggest).toBeNull();
  expect(nodes.map(({ node, role }) => `${node} ${role}`)).toEqual(['pg1 primary', 'pg2 replica']);
});

test('the primary is the node that takes writes, whatever the file says', () => {
  const { summary, biggest } = explain(
    { node: 'pg1', problem: 'pg1 cannot be reached over SSH' },
    { ...primarySight(), node: 'pg2' },
  );

  expect(summary).toBe('WAL is not accumulating; the disk of pg2 will not fill up');
  expect(biggest?.node).toBe('pg2');
});

test('a primary that stopped on a full disk gets room before it is started', () => {
  const explanation = explain({ node: 'pg1', directory: walDisk({ freeBytes: 0 }) });

  expect(explanation.summary).toBe('pg1: PostgreSQL does not run; 0 B of its disk is free');
  expect(commandsOf(explanation)).toEqual([
    'dbctl logs pg1',
    'enlarge the file system, or move files that are not of PostgreSQL',
    'dbctl init-primary',
  ]);
});
