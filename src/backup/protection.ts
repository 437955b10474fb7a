// What could be brought back if everything on the nodes were lost, now: for people who look at the cluster's state.

import {
  archivingReport,
  noBackupsConfigured,
  type ArchiverView,
  type ArchivingReport,
} from '../postgres/archiving.ts';
import { unreadable, type BackupInfo } from './backup-info.ts';
import type { BackupType } from '../model/backup.ts';
import type { DrillResult } from './drill/drill.ts';
import { failedBackups, type BackupRuns } from './backup-runs.ts';
import { gapAtEnd, type RepositoryReport } from './repository-report.ts';
import { isoTime } from '../model/units.ts';

/** A part of the JSON of `dbctl status -o json`. Times are ISO 8601, UTC; null where nothing is known. */
export interface Protection extends ArchivingReport {
  readonly lastBackup: { readonly label: string; readonly type: BackupType; readonly at: string } | null;
  /** The last time that a restore was rehearsed. */
  readonly lastDrill: {
    readonly node: string;
    readonly result: 'passed' | 'failed';
    readonly at: string;
  } | null;
  /** The newest stretch of time of which every second can be restored. */
  readonly restorable: { readonly from: string; readonly to: string | null } | null;
  /** Missing WAL after which nothing can be restored; null when the WAL goes on to its end. */
  readonly gap: { readonly fromLsn: string; readonly toLsn: string; readonly missingFiles: number } | null;
  /** Backups that failed and were not made since. */
  readonly failedBackups: readonly { readonly type: BackupType; readonly at: string; readonly why: string }[];
  /** Why the repository could not be asked. */
  readonly problem: string | null;
}

export interface ProtectionFacts {
  /** The primary's archiver; undefined when it could not be asked. */
  readonly archiver: ArchiverView | undefined;
  /** What is in the repository; undefined when it could not be asked, or was never set up. */
  readonly info: BackupInfo | undefined;
  /** What can be restored from it. */
  readonly report: Pick<RepositoryReport, 'restorable' | 'gaps' | 'backups'> | undefined;
  readonly runs: BackupRuns | undefined;
  readonly problem: string | undefined;
  /** What the hosts remember, of those that could be asked. */
  readonly drills: readonly DrillResult[];
}

export const noBackups: Protection = {
  ...noBackupsConfigured,
  lastBackup: null,
  lastDrill: null,
  restorable: null,
  gap: null,
  failedBackups: [],
  message: 'not protected: no backups are configured',
  problem: null,
};

const noBackupMade = 'not protected: no backup has been made';

export function protectionOf(facts: ProtectionFacts): Protection {
  const { archiver, info, problem, drills, runs } = facts;
  const archiving = archivingReport(archiver);
  const last = info?.backups.at(-1);
  const misread = info?.status.code === unreadable ? oneLine(info.status.message) : undefined;
  const trouble = problem ?? misread;
  const newest = facts.report?.restorable.at(-1);
  const gap = (facts.report && gapAtEnd(facts.report)) ?? null;
  const failed = info && runs ? failedBackups(runs, info.backups) : [];
  return {
    ...archiving,
    lastBackup: last ? { label: last.label, type: last.type, at: isoTime(last.stoppedAt) } : null,
    lastDrill: lastOf(drills),
    restorable: newest ? { from: newest.from, to: newest.to } : null,
    gap,
    failedBackups: failed.map(({ type, at, why }) => ({ type, at: isoTime(at), why })),
    message:
      archiving.archiving === 'alive'
        ? (notProtected(facts, trouble, gap) ?? archiving.message)
        : archiving.message,
    problem: trouble ?? null,
  };
}

/** Why WAL that arrives protects nothing; undefined when it does, and when nobody could look. */
function notProtected(
  { info }: ProtectionFacts,
  trouble: string | undefined,
  gap: Protection['gap'],
): string | undefined {
  if (gap) return `not protected: WAL is missing after ${gap.fromLsn}: dbctl backup check`;
  return info?.backups.at(-1) === undefined && trouble === undefined ? noBackupMade : undefined;
}

function lastOf(drills: readonly DrillResult[]): Protection['lastDrill'] {
  const last = drills.toSorted((one, other) => one.finishedAt - other.finishedAt).at(-1);
  return last ? { node: last.node, result: last.result, at: isoTime(last.finishedAt) } : null;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
