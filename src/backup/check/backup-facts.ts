// What `backup check` saw, as plain data. operations/ gathers it; backup-check.ts judges it.

import type { ArchiverView } from '../../postgres/archiving.ts';
import type { BackupType } from '../../model/backup.ts';
import type { Node } from '../../model/cluster.ts';
import type { DrillResult } from '../drill/drill.ts';
import type { RepositoryReport } from '../repository-report.ts';

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
    | { readonly code: number; readonly message: string; readonly report: RepositoryReport | undefined }
    | undefined;
  /** Names of the WAL files that are there. */
  readonly walNames: readonly string[];
  /** Its ways to the nodes and to the store. */
  readonly brokenLinks: readonly BrokenLink[];
  /** Where the repository is on this host's disk; undefined when it is elsewhere. */
  readonly space: { readonly totalBytes: number; readonly freeBytes: number } | undefined;
  readonly timers: readonly TimerFacts[];
  readonly certificates: readonly CertificateFacts[];
}

export interface TimerFacts {
  readonly type: BackupType;
  /** Without ".timer". */
  readonly unit: string;
  readonly isRunning: boolean;
  /** systemd's word for how its last backup ended; undefined: none since the host booted. */
  readonly lastResult: string | undefined;
  /** Seconds between two of its backups. */
  readonly intervalSeconds: number | undefined;
}

/** What a node's host sees. */
export interface NodeBackupFacts {
  readonly node: Node;
  /** undefined: no server answers. */
  readonly archiver:
    | (ArchiverView & { readonly isInRecovery: boolean; readonly walFileBytes: number })
    | undefined;
  /** Whether archive_command is the one that dbctl wrote. */
  readonly isOurCommand: boolean;
  /** Bytes of waiting WAL above which pgBackRest gives WAL up; undefined when its configuration is not there. */
  readonly queueLimitBytes: number | undefined;
  /** Its ways to the repository. */
  readonly brokenLinks: readonly BrokenLink[];
  readonly drills: readonly DrillResult[];
  readonly certificates: readonly CertificateFacts[];
}

export interface BackupFacts {
  /** Seconds since 1970. */
  readonly now: number;
  readonly control: ControlFacts | undefined;
  readonly nodes: readonly NodeBackupFacts[];
  /** Machines that could not be asked, and why. */
  readonly unseen: readonly { readonly name: string; readonly problem: string }[];
}
