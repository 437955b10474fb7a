import type { RunningBackup } from './backup-info.ts';
import { describeBytes } from '../model/byte-progress.ts';

/**
 * "1.2 GB of 4.0 GB (30 %), 45 MB/s, 0:45 left"; before the first byte, that it prepares. The rate counts from the bytes
 * that were done when it was first looked at, so many seconds ago.
 */
export function describeBackup(
  { totalBytes, doneBytes, percent }: RunningBackup,
  elapsedSeconds: number,
  firstBytes = 0,
): string {
  if (percent === undefined) return 'waiting for a checkpoint and reading the list of files';
  if (!totalBytes || doneBytes === undefined) return `${Math.floor(percent)} %`;
  return describeBytes({ doneBytes, totalBytes, startBytes: firstBytes, elapsedSeconds });
}
