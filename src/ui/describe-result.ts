import type { JobResult } from '../engine/progress.ts';

/** "changed — start PostgreSQL", "in place". */
export const describeResult = ({ status, note }: JobResult): string =>
  note ? `${status} — ${note}` : status;
