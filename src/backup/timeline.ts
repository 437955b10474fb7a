// Timelines: every recovery that ends in a writable server begins a new one, and leaves what came after behind.

import type { BackupInfo, BackupSet } from './backup-info.ts';
import { parseLsn, startOfWal } from '../model/lsn.ts';
import type { Ancestor, Lineage } from '../model/timeline-history.ts';

/** The timeline of a WAL file, from its name. */
export const timelineOf = (wal: string): number => Number.parseInt(wal.slice(0, 8), 16);

/** Whether a timeline leads from the end of a backup to the lineage's own end. */
export function leadsTo(
  { stopWal, stopLsn }: Partial<Pick<BackupSet, 'stopWal' | 'stopLsn'>>,
  lineage: Lineage,
): boolean {
  const end = parseLsn(stopLsn ?? '');
  if (stopWal === undefined || end === undefined) return false;
  const own = timelineOf(stopWal);
  if (own === lineage.timeline) return true;
  const ancestor = lineage.ancestors.find(({ timeline }) => timeline === own);
  return ancestor !== undefined && end <= parseLsn(ancestor.endLsn)!;
}

/** The repository's place of the current database's WAL: "17-1"; undefined when there is no WAL. */
export function currentArchive({ databases, archives }: BackupInfo): string | undefined {
  const current = Math.max(...databases.map(({ id }) => id));
  return archives.find(({ id }) => id.endsWith(`-${current}`))?.id;
}

/** The timelines that have a .history file among these files, oldest first. */
export const timelinesWithHistory = (
  files: readonly { readonly archiveId: string; readonly name: string }[],
  archive: string | undefined,
): readonly number[] =>
  files
    .flatMap(({ archiveId, name }) =>
      archiveId === archive && /^[0-9A-F]{8}\.history$/.test(name) ? timelineOf(name) : [],
    )
    .toSorted((a, b) => a - b);

/** What the .history files of a repository say, by timeline. */
export type Histories = ReadonlyMap<number, readonly Ancestor[]>;

/** A timeline of the repository that the cluster's own did not grow from. */
export interface Branch {
  readonly timeline: number;
  /** Where it left which timeline; undefined where its history is not there. */
  readonly parent: Ancestor | undefined;
  readonly files: number;
  readonly bytes: number;
  /** When its first and its newest file arrived, seconds since 1970. */
  readonly firstAt: number;
  readonly newestAt: number;
  /**
   * Whether it stands in the way: PostgreSQL follows the timeline with the highest number, wherever it is not told which
   * one. One that a restore left has a lower number than the cluster's own.
   */
  readonly isForeign: boolean;
}

interface ArchivedFile {
  readonly archiveId: string;
  readonly name: string;
  readonly bytes: number;
  readonly archivedAt: number;
}

/** The timelines of an archive that are neither the lineage's own nor its ancestors'. Oldest first. */
export function branchesOf(
  files: readonly ArchivedFile[],
  archive: string | undefined,
  lineage: Lineage,
  histories: Histories,
): readonly Branch[] {
  const own = new Set([lineage.timeline, ...lineage.ancestors.map(({ timeline }) => timeline)]);
  const others = files.filter(
    ({ archiveId, name }) => archiveId === archive && timelineOf(name) > 0 && !own.has(timelineOf(name)),
  );
  const timelines = [...new Set(others.map(({ name }) => timelineOf(name)))].toSorted((a, b) => a - b);
  return timelines.map((timeline) => {
    const its = others.filter(({ name }) => timelineOf(name) === timeline);
    const arrivals = its.map(({ archivedAt }) => archivedAt);
    return {
      timeline,
      parent: histories.get(timeline)?.at(-1),
      files: its.length,
      bytes: its.reduce((sum, { bytes }) => sum + bytes, 0),
      firstAt: Math.min(...arrivals),
      newestAt: Math.max(...arrivals),
      isForeign: timeline > lineage.timeline,
    };
  });
}

/** Which timeline is the cluster's own; or those of which nobody can say which one it is. */
export type OwnTimeline =
  | { readonly timeline: number }
  | { readonly timeline: undefined; readonly candidates: readonly number[] };

/**
 * The cluster's own timeline, from the repository alone: the newest backup's, or the newest that grew from it. Where an
 * older one went on when that had begun, two servers wrote at the same time, and nobody can say which was the cluster's.
 */
export function ownTimeline(
  files: readonly ArchivedFile[],
  archive: string | undefined,
  histories: Histories,
  newest: Pick<BackupSet, 'stopWal' | 'stopLsn'> | undefined,
): OwnTimeline {
  const wal = files.filter(({ archiveId, name }) => archiveId === archive && /^[0-9A-F]{24}(-|$)/.test(name));
  const begun = newest?.stopWal === undefined ? 1 : timelineOf(newest.stopWal);
  const known = [...new Set([...wal.map(({ name }) => timelineOf(name)), ...histories.keys()])];
  const grown = known.filter(
    (timeline) =>
      timeline > begun && leadsTo(newest ?? {}, { timeline, ancestors: histories.get(timeline) ?? [] }),
  );
  const timeline = Math.max(begun, ...grown);
  const ends = new Map(histories.get(timeline)?.map((one) => [one.timeline, parseLsn(one.endLsn)!] as const));
  const own = wal.filter(({ name }) => timelineOf(name) === timeline).map(({ archivedAt }) => archivedAt);
  const beganAt = Math.min(...own);
  const rivals = [begun, ...grown].filter(
    (other) =>
      other !== timeline &&
      wal.some(
        ({ name, archivedAt }) =>
          timelineOf(name) === other && archivedAt > beganAt && startOfWal(name)! >= (ends.get(other) ?? 0n),
      ),
  );
  if (rivals.length === 0) return { timeline };
  return { timeline: undefined, candidates: [...rivals, timeline].toSorted((a, b) => a - b) };
}

/**
 * Whether the repository alone cannot rule out that a timeline is the cluster's own: backups were made on it, or it grew from
 * the newest one. Who leads on another timeline may have been started from an older copy; a backup of it decides.
 */
export function mayBeOwn(
  timeline: number,
  { info, wal, histories }: { info: BackupInfo; wal: readonly ArchivedFile[]; histories: Histories },
): boolean {
  if (info.backups.some(({ stopWal = '' }) => timelineOf(stopWal) === timeline)) return true;
  const own = ownTimeline(wal, currentArchive(info), histories, info.backups.at(-1));
  return own.timeline === undefined ? own.candidates.includes(timeline) : own.timeline === timeline;
}
