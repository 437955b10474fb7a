import type { HostEnd } from '../engine/event.ts';

/** "changed — start PostgreSQL", "in place". */
export const describeResult = ({ status, note }: HostEnd): string => (note ? `${status} — ${note}` : status);
