import { formatBytes, formatClock } from '../model/units.ts';

export interface RestoreState {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** What was there when this run began to look. */
  readonly startBytes: number;
  readonly elapsedSeconds: number;
}

/** "restoring 1.2 GB of 4.0 GB (30 %), 45 MB/s, 0:45 left" */
export function describeRestore({ doneBytes, totalBytes, startBytes, elapsedSeconds }: RestoreState): string {
  const done = Math.min(doneBytes, totalBytes);
  const percent = totalBytes > 0 ? Math.floor((done / totalBytes) * 100) : 100;
  const amount = `restoring ${formatBytes(done)} of ${formatBytes(totalBytes)} (${percent} %)`;
  const rate = (doneBytes - startBytes) / elapsedSeconds;
  if (elapsedSeconds < 1 || !(rate > 0)) return amount;
  return `${amount}, ${formatBytes(rate)}/s, ${formatClock((totalBytes - done) / rate)} left`;
}
