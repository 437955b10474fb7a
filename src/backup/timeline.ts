// Timelines: every recovery that ends in a writable server begins a new one, and leaves what came after behind.

import type { BackupInfo, BackupSet } from './backup-info.ts';
import { parseLsn } from '../model/lsn.ts';

/** One line of a .history file: up to where an earlier timeline belongs to this one. */
export interface Ancestor {
  readonly timeline: number;
  readonly endLsn: string;
}

/** A timeline with those it grew from. */
export interface Lineage {
  readonly timeline: number;
  readonly ancestors: readonly Ancestor[];
}

/** Reads a .history file (PostgreSQL's timeline.c): number, position, reason; comments are left out. */
export const parseHistory = (text: string): readonly Ancestor[] =>
  text.split('\n').flatMap((line) => {
    const [, timeline, endLsn] = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i.exec(line) ?? [];
    return timeline === undefined || endLsn === undefined ? [] : [{ timeline: Number(timeline), endLsn }];
  });

/** The timeline of a WAL file, from its name. */
export const timelineOf = (wal: string): number => Number.parseInt(wal.slice(0, 8), 16);

/** "00000002.history" */
export const historyFileOf = (timeline: number): string =>
  `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;

/** Whether a timeline leads from the end of a backup to the lineage's own end. */
export function leadsTo(
  { stopWal, stopLsn }: Pick<BackupSet, 'stopWal' | 'stopLsn'>,
  lineage: Lineage,
): boolean {
  const end = parseLsn(stopLsn ?? '');
  if (stopWal === undefined || end === undefined) return false;
  const own = timelineOf(stopWal);
  if (own === lineage.timeline) return true;
  const ancestor = lineage.ancestors.find(({ timeline }) => timeline === own);
  return ancestor !== undefined && end <= parseLsn(ancestor.endLsn)!;
}

/** The repository's place of the current database's WAL: "17-1"; the newest timeline there, 1 when there is no WAL. */
export function newestTimeline(info: BackupInfo): {
  readonly archiveId: string | undefined;
  readonly timeline: number;
} {
  const current = Math.max(...info.databases.map(({ id }) => id));
  const archive = info.archives.find(({ id }) => id.endsWith(`-${current}`));
  return { archiveId: archive?.id, timeline: archive?.max ? timelineOf(archive.max) : 1 };
}
