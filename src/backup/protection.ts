// What could be brought back if everything on the nodes were lost, now: for people who look at the cluster's state.

import {
  judgeArchiving,
  type Archiving,
  type ArchiverView,
  type ArchivingVerdict,
} from '../postgres/archiving.ts';
import type { BackupInfo } from './backup-info.ts';
import type { BackupType } from '../model/backup.ts';
import type { DrillResult } from './drill/drill.ts';
import { recoveryWindow } from './recovery-window.ts';

/** A part of the JSON of `dbctl status -o json`. Times are ISO 8601, UTC; null where nothing is known. */
export interface Protection {
  readonly archiving: Archiving | null;
  readonly lastArchivedAt: string | null;
  readonly lastArchivedWal: string | null;
  /** WAL files that wait to be archived. */
  readonly waitingFiles: number | null;
  readonly lastBackup: { readonly label: string; readonly type: BackupType; readonly at: string } | null;
  /** The last time that a restore was rehearsed. */
  readonly lastDrill: {
    readonly node: string;
    readonly result: 'passed' | 'failed';
    readonly at: string;
  } | null;
  /** The newest stretch of time of which every second can be restored, gaps in the WAL aside. */
  readonly restorable: { readonly from: string; readonly to: string | null } | null;
  /** For people: "WAL archived 12 s ago", "not protected: …". */
  readonly message: string;
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

/** Status code of `pgbackrest info` for everything that it has no other code for: the repository cannot be read. */
const unreadable = 99;

export const noBackups: Protection = {
  archiving: 'not configured',
  lastArchivedAt: null,
  lastArchivedWal: null,
  waitingFiles: null,
  lastBackup: null,
  lastDrill: null,
  restorable: null,
  message: 'not protected: no backups are configured',
  problem: null,
};

export function protectionOf({ archiver, info, problem, drills }: ProtectionFacts): Protection {
  const verdict = archiver && judgeArchiving(archiver);
  const last = info?.backups.at(-1);
  const misread = info?.status.code === unreadable ? oneLine(info.status.message) : undefined;
  const trouble = problem ?? misread;
  return {
    archiving: verdict?.archiving ?? null,
    lastArchivedAt: isoOf(archiver?.lastArchivedAt),
    lastArchivedWal: archiver?.lastArchivedWal ?? null,
    waitingFiles: archiver?.waitingFiles ?? null,
    lastBackup: last ? { label: last.label, type: last.type, at: isoOf(last.stoppedAt)! } : null,
    lastDrill: lastOf(drills),
    restorable: info ? restorable(info, archiver) : null,
    message: inWords(verdict, last === undefined && trouble === undefined),
    problem: trouble ?? null,
  };
}

function lastOf(drills: readonly DrillResult[]): Protection['lastDrill'] {
  const last = drills.toSorted((one, other) => one.finishedAt - other.finishedAt).at(-1);
  return last ? { node: last.node, result: last.result, at: isoOf(last.finishedAt)! } : null;
}

function inWords(verdict: ArchivingVerdict | undefined, isBackupMissing: boolean): string {
  if (verdict === undefined) return 'unknown: the primary could not be asked';
  if (verdict.archiving === 'alive' && isBackupMissing) return 'not protected: no backup has been made';
  return verdict.message;
}

function restorable(info: BackupInfo, archiver: ProtectionFacts['archiver']): Protection['restorable'] {
  const isOurs = archiver !== undefined && judgeArchiving(archiver).archiving !== 'off';
  const newest = recoveryWindow(info, {
    archivedAt: (isOurs && archiver.lastArchivedAt) || undefined,
    ...(archiver && { segmentBytes: archiver.walFileBytes }),
  }).ranges.at(-1);
  return newest ? { from: isoOf(newest.from.at)!, to: isoOf(newest.to.at) } : null;
}

const isoOf = (seconds: number | null | undefined): string | null =>
  typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : null;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
