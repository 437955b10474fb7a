// What a repository holds and what can be restored from it: the answer of `dbctl backup info`, and its JSON
// (docs/backups.md): fields may be added, never renamed. Times are ISO 8601, UTC.

import type { BackupInfo, BackupSet, RunningBackup } from './backup-info.ts';
import type { BackupType } from '../model/backup.ts';
import type { DrillResult } from './drill/drill.ts';
import { recoveryWindow } from './recovery-window.ts';
import { hasItsWal, ownWal, type StoredWal } from './stored-wal.ts';
import type { Lineage } from './timeline.ts';
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

export interface RepositoryFacts {
  readonly info: BackupInfo;
  readonly wal: readonly StoredWal[];
  /** The newest timeline with its ancestors; undefined when only one is there. */
  readonly lineage: Lineage | undefined;
  /** Of all hosts. */
  readonly drills: readonly DrillResult[];
}

export function repositoryReport(
  { name, stanza }: { readonly name: string; readonly stanza: string },
  { info, wal, lineage, drills }: RepositoryFacts,
  segmentBytes?: number,
): RepositoryReport {
  const own = walSinceFirst(info, ownWal(info, wal, lineage, segmentBytes));
  const gaps = findGaps(own, segmentBytes);
  const newestAt = own.length > 0 ? Math.max(...own.map(({ archivedAt }) => archivedAt)) : undefined;
  const { ranges } = recoveryWindow(info, {
    archivedAt: newestAt,
    gaps,
    ...(segmentBytes && { segmentBytes }),
  });
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
    backups: info.backups.map((one) => rowOf(one, one.repository !== 1 || hasItsWal(one, wal, segmentBytes))),
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

/** In order, and from the first backup on: what is before it serves nothing, and may have holes. */
function walSinceFirst({ backups }: BackupInfo, files: readonly StoredWal[]): readonly StoredWal[] {
  const first = backups[0]?.startWal?.slice(8) ?? '';
  return files
    .filter(({ name }) => name.slice(8, 24) >= first)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const rowOf = (one: BackupSet, isWhole: boolean): BackupRow => ({
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
