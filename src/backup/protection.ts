// What could be brought back if everything on the nodes were lost, now: for people who look at the cluster's state.

import {
  archivingReport,
  judgeArchiving,
  noBackupsConfigured,
  type ArchiverView,
  type ArchivingReport,
} from '../postgres/archiving.ts';
import { unreadable, type BackupInfo } from './backup-info.ts';
import type { BackupType } from '../model/backup.ts';
import type { DrillResult } from './drill/drill.ts';
import { recoveryWindow } from './recovery-window.ts';
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
  /** The newest stretch of time of which every second can be restored, gaps in the WAL aside. */
  readonly restorable: { readonly from: string; readonly to: string | null } | null;
  /** Why the repository could not be asked. */
  readonly problem: string | null;
}

export interface ProtectionFacts {
  /** The primary's archiver; undefined when it could not be asked. */
  readonly archiver: (ArchiverView & { readonly walFileBytes: number }) | undefined;
  /** What is in the repository; undefined when it could not be asked, or was never set up. */
  readonly info: BackupInfo | undefined;
  readonly problem: string | undefined;
  /** What the hosts remember, of those that could be asked. */
  readonly drills: readonly DrillResult[];
}

export const noBackups: Protection = {
  ...noBackupsConfigured,
  lastBackup: null,
  lastDrill: null,
  restorable: null,
  message: 'not protected: no backups are configured',
  problem: null,
};

const noBackupMade = 'not protected: no backup has been made';

export function protectionOf({ archiver, info, problem, drills }: ProtectionFacts): Protection {
  const report = archivingReport(archiver);
  const last = info?.backups.at(-1);
  const misread = info?.status.code === unreadable ? oneLine(info.status.message) : undefined;
  const trouble = problem ?? misread;
  const isBackupMissing = last === undefined && trouble === undefined;
  return {
    ...report,
    lastBackup: last ? { label: last.label, type: last.type, at: isoTime(last.stoppedAt) } : null,
    lastDrill: lastOf(drills),
    restorable: info ? restorable(info, archiver) : null,
    message: isBackupMissing && report.archiving === 'alive' ? noBackupMade : report.message,
    problem: trouble ?? null,
  };
}

function lastOf(drills: readonly DrillResult[]): Protection['lastDrill'] {
  const last = drills.toSorted((one, other) => one.finishedAt - other.finishedAt).at(-1);
  return last ? { node: last.node, result: last.result, at: isoTime(last.finishedAt) } : null;
}

function restorable(info: BackupInfo, archiver: ProtectionFacts['archiver']): Protection['restorable'] {
  const isOurs = archiver !== undefined && judgeArchiving(archiver).archiving !== 'off';
  const newest = recoveryWindow(info, {
    archivedAt: (isOurs && archiver.lastArchivedAt) || undefined,
    ...(archiver && { segmentBytes: archiver.walFileBytes }),
  }).ranges.at(-1);
  return newest ? { from: isoTime(newest.from.at), to: isoTime(newest.to.at) } : null;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
