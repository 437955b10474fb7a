// What one node's server and host say about WAL on their disk. Sizes in bytes, times in seconds since 1970 on the
// server's clock, unless a name says otherwise.

import * as v from 'valibot';
import { ArchiverFacts } from '../postgres/archiver.ts';

const text = v.nullable(v.string());
const number = v.nullable(v.number());

/** A replication slot of any kind. */
const SlotFacts = v.object({
  // It gets into commands that people paste.
  name: v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,63}$/)),
  type: v.picklist(['physical', 'logical']),
  /** The database of a logical slot. */
  database: text,
  plugin: text,
  /** Dropped by itself with its connection, as pg_basebackup's is. */
  isTemporary: v.boolean(),
  isActive: v.boolean(),
  /** Who uses it, by application_name. */
  usedBy: text,
  /** From its restart_lsn to the end of WAL; null when it keeps none (never used, or given up). */
  heldBytes: number,
  /** How much that grew while it was watched. */
  grownBytes: v.number(),
  /** "reserved", "extended", "unreserved", "lost". */
  walStatus: text,
  /** What can still be written before it may be given up; null without max_slot_wal_keep_size. */
  safeBytes: number,
  /** Known from PostgreSQL 17 on. */
  inactiveSince: number,
  invalidationReason: text,
  /** Kept on a replica as a copy of one on its primary (PostgreSQL 17 on). */
  isSynced: v.boolean(),
});
export type SlotFacts = v.InferOutput<typeof SlotFacts>;

export const WalServerFacts = v.object({
  isInRecovery: v.boolean(),
  now: v.number(),
  /** Bytes of one WAL file. */
  segmentBytes: v.number(),
  /** The end of WAL: written here, or received and replayed here. */
  currentLsn: v.string(),
  /** The name of the oldest WAL file that is there. */
  oldestFile: text,
  /** Files that are there to be written next: made anew, or old ones with a new name. */
  aheadFiles: v.number(),
  /** From the last checkpoint (on a replica: restart point) to the end of WAL: a crash needs it. */
  checkpointBytes: v.number(),
  checkpointAt: v.number(),
  /** What the WAL summarizer of PostgreSQL 17 has not read yet; null while it is off. */
  unsummarizedBytes: number,
  settings: v.object({
    keepBytes: v.number(),
    minBytes: v.number(),
    maxBytes: v.number(),
    /** max_slot_wal_keep_size; null: no limit. */
    slotLimitBytes: number,
    /** idle_replication_slot_timeout (PostgreSQL 18 on), seconds; 0: never. */
    idleSlotSeconds: v.number(),
  }),
  slots: v.array(SlotFacts),
  archiver: v.pick(ArchiverFacts, [
    ...(['mode', 'command', 'library', 'lastArchivedWal', 'lastArchivedAt'] as const),
    ...(['lastFailedWal', 'lastFailedAt', 'failedCount'] as const),
    ...(['waitingFiles', 'oldestWaiting', 'oldestWaitingAt'] as const),
  ]),
  /** Watched for some seconds; `generatedBytes` is the server's own count (pg_stat_wal). */
  watched: v.object({ seconds: v.number(), bytes: v.number(), generatedBytes: v.number() }),
});
export type WalServerFacts = v.InferOutput<typeof WalServerFacts>;

/** What the host itself sees, also where no server runs. */
export interface WalDirectory {
  readonly bytes: number;
  readonly files: number;
  /** Files of archive_status that wait. */
  readonly waitingFiles: number;
  readonly fileSystemBytes: number;
  /** What PostgreSQL's account may still write. */
  readonly freeBytes: number;
  readonly slotNames: readonly string[];
}

/** One node as it was looked at. */
export interface WalFacts {
  readonly node: string;
  /** Why its host could not be asked. */
  readonly problem?: string;
  /** undefined when there is no data directory, or the host could not be asked. */
  readonly directory?: WalDirectory | undefined;
  /** undefined when no server answers. */
  readonly server?: WalServerFacts | undefined;
  /** Bytes of waiting WAL after which pgBackRest gives it up; undefined without backups of ours. */
  readonly queueLimitBytes?: number | undefined;
}
