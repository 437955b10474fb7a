import { formatBytes } from '../../model/units.ts';

export interface DrillProgress {
  /** In words: "copying", "replaying WAL". */
  readonly stage: string;
  /** While it copies: how much is there, and how much there will be. */
  readonly copiedBytes: number;
  readonly totalBytes: number | undefined;
}

/** "copying 1.2 of 4.0 GB (30 %)", "replaying WAL" */
export function describeDrill({ stage, copiedBytes, totalBytes }: DrillProgress): string {
  if (!totalBytes) return stage;
  const percent = Math.min(100, Math.floor((copiedBytes / totalBytes) * 100));
  return `${stage} ${formatBytes(copiedBytes)} of ${formatBytes(totalBytes)} (${percent} %)`;
}
