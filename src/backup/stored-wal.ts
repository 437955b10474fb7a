// The WAL in a repository: what of it belongs to the cluster as it is, and whether backups have theirs.

import type { BackupInfo, BackupSet } from './backup-info.ts';
import { defaultSegmentBytes, parseLsn, startOfWal } from '../model/lsn.ts';
import type { Lineage } from '../model/timeline-history.ts';
import { timelineOf } from './timeline.ts';
import type { WalFile } from './wal-gaps.ts';

export interface StoredWal extends WalFile {
  /** "17-1": PostgreSQL's version, and the number of the database. */
  readonly archiveId: string;
  readonly bytes: number;
}

const isSegment = (name: string): boolean => /^[0-9A-F]{24}(-|$)/.test(name);

/** Whole WAL files of the current database; those that an abandoned timeline wrote after it was left are not its own. */
export function ownWal(
  { databases }: BackupInfo,
  files: readonly StoredWal[],
  lineage: Lineage | undefined,
  segmentBytes = defaultSegmentBytes,
): readonly StoredWal[] {
  const current = Math.max(...databases.map(({ id }) => id));
  const ends = new Map(lineage?.ancestors.map(({ timeline, endLsn }) => [timeline, parseLsn(endLsn)!]));
  const isOfLineage = (name: string): boolean => {
    if (lineage === undefined || timelineOf(name) === lineage.timeline) return true;
    const end = ends.get(timelineOf(name));
    return end !== undefined && startOfWal(name, segmentBytes)! < end;
  };
  return files.filter(
    ({ archiveId, name }) => archiveId.endsWith(`-${current}`) && isSegment(name) && isOfLineage(name),
  );
}

/** Whether every WAL file from the start to the end of a backup is there: without them it cannot be restored. */
export function hasItsWal(
  { startWal, stopWal, databaseId }: BackupSet,
  files: readonly StoredWal[],
  segmentBytes = defaultSegmentBytes,
): boolean {
  const start = startOfWal(startWal ?? '', segmentBytes);
  const stop = startOfWal(stopWal ?? '', segmentBytes);
  if (start === undefined || stop === undefined) return false;
  const timeline = stopWal!.slice(0, 8);
  const there = new Set(
    files
      .filter(({ archiveId, name }) => archiveId.endsWith(`-${databaseId}`) && name.startsWith(timeline))
      // A .backup file has the name of the WAL file that it speaks of.
      .filter(({ name }) => isSegment(name))
      .map(({ name }) => startOfWal(name, segmentBytes)),
  );
  for (let at = start; at <= stop; at += BigInt(segmentBytes)) if (!there.has(at)) return false;
  return true;
}

/** In order, and from the first backup on: what is before it serves nothing, and may have holes. */
export function walSinceFirst<File extends WalFile>(
  { backups }: BackupInfo,
  files: readonly File[],
): readonly File[] {
  const first = backups[0]?.startWal?.slice(8) ?? '';
  return files
    .filter(({ name }) => name.slice(8, 24) >= first)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
