import { expect, test } from 'vitest';
import { explainWal } from '../../../src/wal/explain-wal.ts';
import { walText } from '../../../src/wal/wal-text.ts';
import { deadSlot, gigabyte, megabyte, primarySight, replicaSight } from '../../support/wal-sights.ts';
import { clusterOf, leastBackup } from '../../support/cluster-file.ts';

const cluster = clusterOf({ ...leastBackup, CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' });
const archiver = {
  waitingFiles: 20,
  oldestWaiting: '00000001000000020000006C',
  oldestWaitingAt: 9_100,
  failedCount: 7,
  lastFailedWal: '00000001000000020000006C',
  lastFailedAt: 9_999,
  lastArchivedAt: 7_600,
  lastArchivedWal: '00000001000000020000006B',
};

test('the picture has a bar for every holder, and what to do below', () => {
  const primary = primarySight({
    slots: [deadSlot({ safeBytes: null })],
    settings: { slotLimitBytes: null },
    archiver,
    aheadFiles: 2,
    watched: { bytes: 2.4 * megabyte },
  });
  const text = walText(explainWal(cluster, [primary, replicaSight({ server: undefined })]));

  expect(text).toMatchInlineSnapshot(`
    "cluster shop: slot dbctl_pg2 is filling the disk of pg1: full in 3 h 19 min at
    1.2 MB/s

    pg1  primary  pg_wal 1.0 GB in 64 files  14 GB free of 20 GB
    ▲ slot dbctl_pg2       ████████████████████  1.0 GB  unread for 2 h
    ▲ archiver             ██████▎               320 MB  20 files wait, 7 failures
      wal_keep_size        █████                 256 MB
      last checkpoint      █                      48 MB  needed after a crash
      files to reuse       ▋                      32 MB  max_wal_size 1.0 GB
      WAL is written at 1.2 MB/s now; 137 kB/s since the last archived file, 40 min
      ago

    pg2  replica  PostgreSQL does not run  pg_wal 1.0 GB in 64 files  14 GB free

    ▲ growing while WAL is written; several holders may keep the same WAL

    PostgreSQL does not run on pg2.
     → read its log: dbctl logs pg2
     → start it, and see it catch up: dbctl add-replica pg2
     → when its data is damaged: dbctl reinit pg2
     → limit the WAL that slots may keep: POSTGRES_CONF_max_slot_wal_keep_size=5GB,
       then:
         dbctl up
     → if it is gone permanently: dbctl remove-replica pg2

    20 WAL files wait to be archived; the last that failed is
    00000001000000020000006C.
     → see which link is broken: dbctl backup check
     → read the output of archive_command: dbctl logs pg1
     → repair archiving: dbctl backup setup
    "
  `);
});

test('no line is wider than 80 columns, whatever the names are', () => {
  const name = `dbctl_${'x'.repeat(57)}`;
  const slots = [deadSlot({ name, heldBytes: 1000 * gigabyte }), deadSlot({ name: 'y', type: 'logical' })];
  const text = walText(
    explainWal(cluster, [primarySight({ slots, archiver }), { node: 'pg2', problem: 'p '.repeat(100) }]),
  );

  const wide = text.split('\n').filter((line) => line.length > 80 && !line.startsWith('     runuser'));
  expect(wide).toEqual([]);
});
