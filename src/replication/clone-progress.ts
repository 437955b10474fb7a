import { describeBytes } from '../model/byte-progress.ts';

/** How far a clone is, as the primary reports it. */
export interface CloneState {
  /** PostgreSQL's name of the phase (pg_stat_progress_basebackup.phase). */
  readonly phase: string;
  readonly streamedBytes: number;
  readonly totalBytes: number | null;
}

/** "copying 1.2 GB of 4.0 GB (30 %), 45 MB/s, 0:45 left"; before the first byte, and after the last, the phase. */
export function describeClone(
  { phase, streamedBytes, totalBytes }: CloneState,
  elapsedSeconds: number,
): string {
  if (phase !== 'streaming database files' || !totalBytes) return phase;
  return `copying ${describeBytes({ doneBytes: streamedBytes, totalBytes, elapsedSeconds })}`;
}
