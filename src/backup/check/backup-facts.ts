// What `backup check` saw, as plain data. operations/ gathers it; backup-check.ts judges it.

import type { ArchiverFacts } from '../../postgres/archiver.ts';
import type { ArchiverView } from '../../postgres/archiving.ts';
import type { BackupType } from '../../model/backup.ts';
import type { Node } from '../../model/cluster.ts';
import type { BackupRuns } from '../backup-runs.ts';
import type { DrillResult } from '../drill/drill.ts';
import type { FixedPart } from '../../server/fixed-parts.ts';
import type { RepositoryReport } from '../repository-report.ts';
import type { Histories } from '../timeline.ts';

/** A link that does not work, with what to do. */
export interface BrokenLink {
  /** "pg1 → 10.0.0.10:8432: no answer: the TLS server is down" */
  readonly what: string;
  readonly next: readonly string[];
}

/** A certificate that a host keeps. */
export interface CertificateFacts {
  readonly host: string;
  /** "PostgreSQL", "pgBackRest client", "CA" */
  readonly what: string;
  /** Seconds since 1970. */
  readonly endsAt: number;
}

/** What the control host sees. */
export interface ControlFacts {
  /** undefined: backups were never set up here. One that could not be read has no report. */
  readonly repository:
    | {
        readonly code: number;
        readonly message: string;
        readonly report: RepositoryReport | undefined;
        /** What the repository says of timelines. */
        readonly histories?: Histories;
      }
    | undefined;
  /** Names of the WAL files that are there. */
  readonly walNames: readonly string[];
  /** Its ways to the nodes and to the store. */
  readonly brokenLinks: readonly BrokenLink[];
  /** Where the repository is on this host's disk; undefined when it is elsewhere. */
  readonly space: { readonly totalBytes: number; readonly freeBytes: number } | undefined;
  readonly timers: readonly TimerFacts[];
  /** How the last backup of each type went. */
  readonly runs: BackupRuns;
  readonly certificates: readonly CertificateFacts[];
}

export interface TimerFacts {
  readonly type: BackupType;
  /** Without ".timer". */
  readonly unit: string;
  readonly isRunning: boolean;
  /** systemd's word for how its last backup ended; undefined: none since the host booted. */
  readonly lastResult: string | undefined;
  /** When that was, seconds since 1970. */
  readonly lastAt: number | undefined;
  /** Seconds between two of its backups. */
  readonly intervalSeconds: number | undefined;
}

/** What a node's host sees. */
export interface NodeBackupFacts {
  readonly node: Node;
  /** undefined: no server answers. */
  readonly archiver:
    | (ArchiverView &
        Pick<
          ArchiverFacts,
          'isInRecovery' | 'isReplayPaused' | 'walFileBytes' | 'commandFile' | 'currentWal'
        >)
    | undefined;
  /** Whether archive_command is the one that dbctl wrote. */
  readonly isOurCommand: boolean;
  /** Bytes of waiting WAL above which pgBackRest gives WAL up; undefined when its configuration is not there. */
  readonly queueLimitBytes: number | undefined;
  /** Its ways to the repository. */
  readonly brokenLinks: readonly BrokenLink[];
  readonly drills: readonly DrillResult[];
  readonly certificates: readonly CertificateFacts[];
  /** Of the timelines that its data directory knows of: those that it began, and those that it followed. */
  readonly histories: Histories;
  /** What of its data cannot be backed up, or not be replaced on the day of a restore. */
  readonly fixedParts?: readonly FixedPart[];
}

export interface BackupFacts {
  /** Seconds since 1970. */
  readonly now: number;
  readonly control: ControlFacts | undefined;
  readonly nodes: readonly NodeBackupFacts[];
  /** Machines that could not be asked, and why. */
  readonly unseen: readonly { readonly name: string; readonly problem: string }[];
}
