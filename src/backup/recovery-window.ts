// What can be restored: from the end of each usable backup, as far as its WAL goes.

import type { BackupInfo, BackupSet } from './backup-info.ts';
import { defaultSegmentBytes, formatLsn, parseLsn, startOfWal } from '../model/lsn.ts';
import type { WalGap } from './wal-gaps.ts';

export interface RecoveryPoint {
  /** Seconds since 1970; undefined when nobody knows. */
  readonly at: number | undefined;
  readonly lsn: string;
}

/** Made while PostgreSQL ran, as all backups of dbctl are. */
export type RestorableBackup = BackupSet & { readonly startLsn: string; readonly stopLsn: string };

/** A stretch of WAL without a gap, and the backups in it: every point between its ends can be restored. */
export interface RecoveryRange {
  /** Oldest first, at least one. */
  readonly backups: readonly RestorableBackup[];
  readonly from: RecoveryPoint & { readonly at: number };
  readonly to: RecoveryPoint;
}

export interface RecoveryWindow {
  /** Oldest first; none without a usable backup. */
  readonly ranges: readonly RecoveryRange[];
  readonly gaps: readonly WalGap[];
}

export interface RecoveryFacts {
  /** When the newest WAL arrived in the repository, seconds since 1970; undefined when nobody knows. */
  readonly archivedAt: number | undefined;
  /** Oldest first, as findGaps answers them. */
  readonly gaps?: readonly WalGap[];
  readonly segmentBytes?: number;
  /** Also counts backups in which PostgreSQL's page checksums were wrong. */
  readonly withPageErrors?: boolean;
}

/** Backups and WAL of earlier databases (before initdb or an upgrade) do not count. */
export function recoveryWindow(info: BackupInfo, facts: RecoveryFacts): RecoveryWindow {
  const { gaps = [] } = facts;
  const usable = restorableBackups(info, facts.withPageErrors ?? false);
  const newest = newestPoint(info, usable, facts);
  const ranges = [...gaps, undefined].flatMap((gap, index) => {
    const begin = positionOf(gaps[index - 1]?.toLsn ?? '0/0');
    const to = gap ? { at: gap.fromAt, lsn: gap.fromLsn } : newest;
    const backups = usable.filter(
      ({ startLsn, stopLsn }) => positionOf(startLsn) >= begin && positionOf(stopLsn) <= positionOf(to.lsn),
    );
    const [oldest] = backups;
    return oldest ? [{ backups, from: endOf(oldest), to }] : [];
  });
  return { ranges, gaps };
}

/** The current database's, with all that they build on, and with the WAL to make them whole. Oldest first. */
function restorableBackups(
  { backups, databases }: BackupInfo,
  withPageErrors: boolean,
): readonly RestorableBackup[] {
  const current = Math.max(...databases.map(({ id }) => id));
  const sound = new Set<string>();
  return backups
    .filter((one): one is RestorableBackup => one.startLsn !== undefined && one.stopLsn !== undefined)
    .filter(({ repository, label, prior, databaseId, hasPageErrors }) => {
      const isUsable = databaseId === current && (withPageErrors || !hasPageErrors);
      const isWhole = prior === undefined || sound.has(`${repository} ${prior}`);
      if (isUsable && isWhole) sound.add(`${repository} ${label}`);
      return isUsable && isWhole;
    });
}

/** Where recovery can end at the earliest. The stop is known to the second, so for certain it is the next one. */
export const endOf = ({ stoppedAt, stopLsn }: RestorableBackup): RecoveryRange['from'] => ({
  at: stoppedAt + 1,
  lsn: stopLsn,
});

/** The end of the last WAL file, or of the newest backup when that is later. */
function newestPoint(
  { archives, databases }: BackupInfo,
  usable: readonly RestorableBackup[],
  { archivedAt, segmentBytes = defaultSegmentBytes }: RecoveryFacts,
): RecoveryPoint {
  const current = Math.max(...databases.map(({ id }) => id));
  const positions = usable.map(({ stopLsn }) => positionOf(stopLsn));
  for (const { id, max } of archives) {
    const start = id.endsWith(`-${current}`) ? startOfWal(max ?? '', segmentBytes) : undefined;
    if (start !== undefined) positions.push(start + BigInt(segmentBytes));
  }
  const stopped = usable.map(({ stoppedAt }) => stoppedAt + 1);
  return {
    at: archivedAt === undefined ? undefined : Math.max(archivedAt, ...stopped),
    lsn: formatLsn(positions.reduce((a, b) => (a > b ? a : b), 0n)),
  };
}

/** Positions that pgBackRest and findGaps wrote. */
const positionOf = (lsn: string): bigint => parseLsn(lsn)!;
