// WAL that is missing from a repository: no recovery goes past it.

import { defaultSegmentBytes, formatLsn, startOfWal } from '../model/lsn.ts';

export interface WalFile {
  /** "000000010000000000000003", with or without what pgBackRest appends (-checksum.gz). */
  readonly name: string;
  /** When it arrived, seconds since 1970. */
  readonly archivedAt: number;
}

export interface WalGap {
  /** Recovery from before the gap can go up to here. */
  readonly fromLsn: string;
  /** When the last file before the gap arrived, seconds since 1970. */
  readonly fromAt: number;
  /** Where the WAL goes on. */
  readonly toLsn: string;
  readonly missingFiles: number;
}

/**
 * The gaps between WAL files, oldest first; names that are no WAL files (.history, .backup, .partial) are left out.
 * A new timeline begins in the file in which the one before it ended, or in an earlier one.
 */
export function findGaps(files: readonly WalFile[], segmentBytes = defaultSegmentBytes): readonly WalGap[] {
  const size = BigInt(segmentBytes);
  const segments = files
    .filter(({ name }) => /^[0-9A-F]{24}(-[0-9a-f]{40}(\.\w+)?)?$/.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, archivedAt }) => ({ start: startOfWal(name, segmentBytes)!, archivedAt }));
  return segments.slice(1).flatMap(({ start }, index) => {
    const before = segments[index]!;
    const end = before.start + size;
    if (start <= end) return [];
    return {
      fromLsn: formatLsn(end),
      fromAt: before.archivedAt,
      toLsn: formatLsn(start),
      missingFiles: Number((start - end) / size),
    };
  });
}
