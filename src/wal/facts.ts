// What one node's server and host say about WAL on their disk. Sizes in bytes, times in seconds since 1970 on the
// server's clock, unless a name says otherwise.

/** A replication slot of any kind. */
export interface SlotFacts {
  readonly name: string;
  readonly type: 'physical' | 'logical';
  /** The database of a logical slot. */
  readonly database: string | null;
  readonly plugin: string | null;
  /** Dropped by itself with its connection, as pg_basebackup's is. */
  readonly isTemporary: boolean;
  readonly isActive: boolean;
  /** Who uses it, by application_name. */
  readonly usedBy: string | null;
  /** From its restart_lsn to the end of WAL; null when it keeps none (never used, or given up). */
  readonly heldBytes: number | null;
  /** How much that grew while it was watched. */
  readonly grownBytes: number;
  /** "reserved", "extended", "unreserved", "lost". */
  readonly walStatus: string | null;
  /** What can still be written before it may be given up; null without max_slot_wal_keep_size. */
  readonly safeBytes: number | null;
  /** Known from PostgreSQL 17 on. */
  readonly inactiveSince: number | null;
  readonly invalidationReason: string | null;
  /** Kept on a replica as a copy of one on its primary (PostgreSQL 17 on). */
  readonly isSynced: boolean;
}

export interface WalServerFacts {
  readonly isInRecovery: boolean;
  readonly now: number;
  /** Bytes of one WAL file. */
  readonly segmentBytes: number;
  /** The end of WAL: written here, or received and replayed here. */
  readonly currentLsn: string;
  /** The name of the oldest WAL file that is there. */
  readonly oldestFile: string | null;
  /** Files that are there to be written next: made anew, or old ones with a new name. */
  readonly aheadFiles: number;
  /** From the last checkpoint (on a replica: restart point) to the end of WAL: a crash needs it. */
  readonly checkpointBytes: number;
  readonly checkpointAt: number;
  /** What the WAL summarizer of PostgreSQL 17 has not read yet; null while it is off. */
  readonly unsummarizedBytes: number | null;
  readonly settings: {
    readonly keepBytes: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    /** max_slot_wal_keep_size; null: no limit. */
    readonly slotLimitBytes: number | null;
    /** idle_replication_slot_timeout (PostgreSQL 18 on), seconds; 0: never. */
    readonly idleSlotSeconds: number;
  };
  readonly slots: readonly SlotFacts[];
  readonly archiver: {
    readonly mode: 'off' | 'on' | 'always';
    readonly command: string;
    readonly library: string;
    readonly lastArchivedWal: string | null;
    readonly lastArchivedAt: number | null;
    readonly lastFailedWal: string | null;
    readonly lastFailedAt: number | null;
    readonly failedCount: number;
    /** WAL files that must not go before they are archived. */
    readonly waitingFiles: number;
    readonly oldestWaiting: string | null;
    readonly oldestWaitingAt: number | null;
  };
  /** Watched for some seconds; `generatedBytes` is the server's own count (pg_stat_wal). */
  readonly watched: {
    readonly seconds: number;
    readonly bytes: number;
    readonly generatedBytes: number;
  };
}

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
