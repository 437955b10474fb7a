// What a look at WAL answers: a healthy primary in the middle of its WAL, to be changed.

import type { SlotFacts, WalDirectory, WalServerFacts, WalFacts } from '../../src/wal/facts.ts';

export const megabyte = 1024 ** 2;
export const gigabyte = 1024 ** 3;

type Changes = Partial<Omit<WalServerFacts, 'settings' | 'archiver' | 'watched'>> & {
  readonly settings?: Partial<WalServerFacts['settings']>;
  readonly archiver?: Partial<WalServerFacts['archiver']>;
  readonly watched?: Partial<WalServerFacts['watched']>;
};

/** WAL ends at 10 GB; 1 GB of files is there; 1 MB/s is written; everything was archived 10 s ago. */
export const walServer = ({ settings, archiver, watched, ...rest }: Changes = {}): WalServerFacts => ({
  isInRecovery: false,
  now: 10_000,
  segmentBytes: 16 * megabyte,
  currentLsn: '2/80000000',
  oldestFile: '000000010000000200000040',
  aheadFiles: 0,
  checkpointBytes: 48 * megabyte,
  checkpointAt: 9_900,
  unsummarizedBytes: null,
  slots: [],
  ...rest,
  settings: {
    keepBytes: 256 * megabyte,
    minBytes: 80 * megabyte,
    maxBytes: gigabyte,
    slotLimitBytes: 4 * gigabyte,
    idleSlotSeconds: 0,
    ...settings,
  },
  archiver: {
    mode: 'on',
    command: 'pgbackrest --config=/etc/dbctl/shop/pg1/pgbackrest.conf archive-push "%p"',
    library: '',
    lastArchivedWal: '00000001000000020000007F',
    lastArchivedAt: 9_990,
    lastFailedWal: null,
    lastFailedAt: null,
    failedCount: 0,
    waitingFiles: 0,
    oldestWaiting: null,
    oldestWaitingAt: null,
    ...archiver,
  },
  watched: { seconds: 2, bytes: 2 * megabyte, generatedBytes: 2 * megabyte, ...watched },
});

/** A slot of pg2 that is in use and holds next to nothing. */
export const walSlot = (changes: Partial<SlotFacts> = {}): SlotFacts => ({
  name: 'dbctl_pg2',
  type: 'physical',
  database: null,
  plugin: null,
  isTemporary: false,
  isActive: true,
  usedBy: 'pg2',
  heldBytes: 0,
  grownBytes: 0,
  walStatus: 'reserved',
  safeBytes: 4 * gigabyte,
  inactiveSince: null,
  invalidationReason: null,
  isSynced: false,
  ...changes,
});

/** Nobody reads it; it keeps 1 GB. */
export const deadSlot = (changes: Partial<SlotFacts> = {}): SlotFacts =>
  walSlot({
    isActive: false,
    usedBy: null,
    heldBytes: gigabyte,
    safeBytes: 3 * gigabyte,
    inactiveSince: 2_800,
    ...changes,
  });

export const walDisk = (changes: Partial<WalDirectory> = {}): WalDirectory => ({
  bytes: gigabyte,
  files: 64,
  waitingFiles: 0,
  fileSystemBytes: 20 * gigabyte,
  freeBytes: 14 * gigabyte,
  slotNames: [],
  ...changes,
});

export const primarySight = (server: Changes = {}, disk: Partial<WalDirectory> = {}): WalFacts => ({
  node: 'pg1',
  server: walServer(server),
  directory: walDisk(disk),
  queueLimitBytes: 5 * gigabyte,
});

export const replicaSight = (changes: Partial<WalFacts> = {}): WalFacts => ({
  node: 'pg2',
  server: walServer({ isInRecovery: true }),
  directory: walDisk(),
  ...changes,
});

/** An archiver with files that wait, and one whose last attempt failed. */
export const waiting = {
  waitingFiles: 20,
  oldestWaiting: '00000001000000020000006C',
  oldestWaitingAt: 9_995,
};
export const failing = {
  ...waiting,
  failedCount: 7,
  lastFailedWal: '00000001000000020000006C',
  lastFailedAt: 9_999,
};
