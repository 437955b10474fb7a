import { formatBytes, formatClock } from './units.ts';

export interface ByteProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** What was done when it was first looked at, so many seconds ago: the rate counts from there. */
  readonly startBytes?: number | undefined;
  readonly elapsedSeconds: number;
}

/** "1.2 GB of 4.0 GB (30 %), 45 MB/s, 0:45 left"; without rate and time while it is too soon to guess. */
export function describeBytes(progress: ByteProgress): string {
  const { totalBytes, startBytes = 0, elapsedSeconds } = progress;
  const doneBytes = Math.min(progress.doneBytes, totalBytes);
  const percent = totalBytes > 0 ? Math.floor((doneBytes / totalBytes) * 100) : 100;
  const amount = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} (${percent} %)`;
  const rate = (progress.doneBytes - startBytes) / elapsedSeconds;
  if (elapsedSeconds < 1 || !(rate > 0)) return amount;
  const left = percent < 1 ? '' : `, ${formatClock((totalBytes - doneBytes) / rate)} left`;
  return `${amount}, ${formatBytes(rate)}/s${left}`;
}
