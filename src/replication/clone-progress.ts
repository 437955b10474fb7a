import { formatBytes, formatClock } from '../model/units.ts';

/** How far a clone is, as the primary reports it. */
export interface CloneState {
  /** PostgreSQL's name of the phase (pg_stat_progress_basebackup.phase). */
  readonly phase: string;
  readonly streamedBytes: number;
  readonly totalBytes: number | null;
}

/** "copying 1.2 of 4.0 GB (30 %), 0:45 left"; before the first byte, and after the last, the phase. */
export function describeClone(
  { phase, streamedBytes, totalBytes }: CloneState,
  elapsedSeconds: number,
): string {
  if (phase !== 'streaming database files' || !totalBytes) return phase;
  return describeCopy('copying', { doneBytes: streamedBytes, totalBytes }, elapsedSeconds);
}

/** How far a restore is, by what is on the disk of all that will be. */
export const describeRestore = (
  copied: { readonly doneBytes: number; readonly totalBytes: number },
  elapsedSeconds: number,
): string => describeCopy('restoring', copied, elapsedSeconds);

function describeCopy(
  verb: string,
  { doneBytes, totalBytes }: { readonly doneBytes: number; readonly totalBytes: number },
  elapsedSeconds: number,
): string {
  const done = Math.min(1, doneBytes / totalBytes);
  const amount = `${verb} ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} (${Math.floor(done * 100)} %)`;
  if (done < 0.01 || elapsedSeconds < 1) return amount;
  return `${amount}, ${formatClock((elapsedSeconds * (1 - done)) / done)} left`;
}
