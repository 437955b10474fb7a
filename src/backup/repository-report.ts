// What a repository holds and what can be restored from it: the answer of `dbctl backup info`, and its JSON
// (docs/backups.md): fields may be added, never renamed. Times are ISO 8601, UTC.

import type { BackupSet, RunningBackup } from './backup-info.ts';
import type { BackupType } from '../model/backup.ts';
import type { DrillResult } from './drill/drill.ts';
import { parseLsn } from '../model/lsn.ts';
import { recoveryWindow } from './recovery-window.ts';
import { damageOf, type DamageNote } from './damage.ts';
import { hasItsWal, ownWal, walSinceFirst } from './stored-wal.ts';
import { ownLineage, type OwnFacts } from './own-recovery.ts';
import { branchesOf, currentArchive, leadsTo, mayBeOwn, type Branch } from './timeline.ts';
import { findGaps } from './wal-gaps.ts';
import { isoTime } from '../model/units.ts';

export interface BackupRow {
  readonly label: string;
  readonly type: BackupType;
  readonly startedAt: string;
  readonly stoppedAt: string;
  readonly startLsn: string | null;
  readonly databaseBytes: number;
  readonly copiedBytes: number;
  /** What it added to the repository; null when pgBackRest does not say. */
  readonly repositoryBytes: number | null;
  /** Whether all WAL that makes it whole is there; of a repository that is being left, nobody looked. */
  readonly hasItsWal: boolean;
  readonly hasPageErrors: boolean;
  /** Why it is not restored unless it is named; null when nothing is known against it. */
  readonly damage: string | null;
}

/** A timeline that the cluster's own did not grow from. */
export interface BranchRow {
  readonly timeline: number;
  /** Where it left another one; null where its history is not there. */
  readonly fromTimeline: number | null;
  readonly fromLsn: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly newestAt: string;
  /** Whether it is newer than the cluster's own: another server made it, or the leader was started from an older copy. */
  readonly isForeign: boolean;
  /** Whether the repository alone cannot rule out that it is the cluster's own: backups were made on it, or none beside it since. */
  readonly mayBeOwn: boolean;
}

export interface Restorable {
  readonly from: string;
  /** About: the last whole WAL file arrived then. */
  readonly to: string | null;
  readonly fromLsn: string;
  readonly toLsn: string;
}

export interface RepositoryReport {
  readonly cluster: string;
  readonly stanza: string;
  readonly status: string;
  readonly restorable: readonly Restorable[];
  readonly gaps: readonly {
    readonly fromLsn: string;
    readonly toLsn: string;
    readonly missingFiles: number;
  }[];
  /** The cluster's own, as far as anybody can say. */
  readonly timeline: number;
  /** Other timelines in the repository, which the cluster did not grow from. */
  readonly branches: readonly BranchRow[];
  /** Whether the history of the cluster's own timeline is there, without which nobody reaches it. */
  readonly hasOwnHistory: boolean;
  /** Oldest first. */
  readonly backups: readonly BackupRow[];
  readonly wal: {
    readonly oldest: string | null;
    readonly newest: string | null;
    readonly newestAt: string | null;
    readonly files: number;
    readonly bytes: number;
  };
  /** Of all backups, as far as pgBackRest says. */
  readonly backupBytes: number;
  readonly lastDrill: { readonly passed: boolean; readonly at: string; readonly error: string } | null;
  readonly running: RunningBackup | null;
}

export interface RepositoryFacts extends OwnFacts {
  /** What the last verification found. */
  readonly note: DamageNote | undefined;
  /** Of all hosts. */
  readonly drills: readonly DrillResult[];
}

export function repositoryReport(
  { name, stanza }: { readonly name: string; readonly stanza: string },
  facts: RepositoryFacts,
  segmentBytes?: number,
): RepositoryReport {
  const { info, wal, drills, histories } = facts;
  const lineage = ownLineage(facts);
  const damage = damageOf(info, facts.note, drills);
  const own = walSinceFirst(info, ownWal(info, wal, lineage, segmentBytes));
  const gaps = findGaps(own, segmentBytes);
  const newestAt = own.length > 0 ? Math.max(...own.map(({ archivedAt }) => archivedAt)) : undefined;
  const isWhole = (one: BackupSet): boolean => one.repository !== 1 || hasItsWal(one, wal, segmentBytes);
  const usable = info.backups.filter(
    (one) => leadsTo(one, lineage) && isWhole(one) && !damage.has(one.label),
  );
  const { ranges } = recoveryWindow(
    { ...info, backups: usable },
    {
      archivedAt: newestAt,
      gaps,
      ...(segmentBytes && { segmentBytes }),
    },
  );
  const drill = drills.toSorted((a, b) => a.finishedAt - b.finishedAt).at(-1);
  return {
    cluster: name,
    stanza,
    status: info.status.message,
    restorable: ranges.map(({ from, to }) => ({
      from: isoTime(from.at),
      to: isoTime(to.at),
      fromLsn: from.lsn,
      toLsn: to.lsn,
    })),
    gaps: gaps.map(({ fromLsn, toLsn, missingFiles }) => ({ fromLsn, toLsn, missingFiles })),
    timeline: lineage.timeline,
    branches: branchesOf(wal, currentArchive(info), lineage, histories).map((one) =>
      branchRow(one, mayBeOwn(one.timeline, facts)),
    ),
    hasOwnHistory: lineage.timeline === 1 || lineage.ancestors.length > 0,
    backups: info.backups.map((one) => ({
      ...rowOf(one, isWhole(one)),
      damage: damage.get(one.label) ?? null,
    })),
    wal: {
      oldest: own.length > 0 ? own[0]!.name.slice(0, 24) : null,
      newest: own.at(-1)?.name.slice(0, 24) ?? null,
      newestAt: isoTime(newestAt),
      files: own.length,
      bytes: wal.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    backupBytes: info.backups.reduce((sum, { addedBytes = 0 }) => sum + addedBytes, 0),
    lastDrill: drill
      ? { passed: drill.result === 'passed', at: isoTime(drill.finishedAt), error: drill.error }
      : null,
    running: info.running ?? null,
  };
}

/** The gap after which nothing can be restored: no backup was made behind it. */
export const gapAtEnd = ({ gaps, backups }: Pick<RepositoryReport, 'gaps' | 'backups'>) =>
  gaps
    .slice(-1)
    .find(({ toLsn }) =>
      backups.every(({ startLsn }) => startLsn === null || parseLsn(startLsn)! < parseLsn(toLsn)!),
    );

const branchRow = (
  { timeline, parent, files, bytes, newestAt, isForeign }: Branch,
  isPerhapsOwn: boolean,
): BranchRow => ({
  timeline,
  fromTimeline: parent?.timeline ?? null,
  fromLsn: parent?.endLsn ?? null,
  files,
  bytes,
  newestAt: isoTime(newestAt),
  isForeign,
  mayBeOwn: isPerhapsOwn,
});

const rowOf = (one: BackupSet, isWhole: boolean): Omit<BackupRow, 'damage'> => ({
  label: one.label,
  type: one.type,
  startedAt: isoTime(one.startedAt),
  stoppedAt: isoTime(one.stoppedAt),
  startLsn: one.startLsn ?? null,
  databaseBytes: one.databaseBytes,
  copiedBytes: one.copiedBytes,
  repositoryBytes: one.addedBytes ?? null,
  hasItsWal: isWhole,
  hasPageErrors: one.hasPageErrors ?? false,
});
