import type { Moved } from './switchover-operation.ts';

/** For how long nobody could write; nothing when this run has not moved the primary. */
export const movedText = ({ to, silentSeconds }: Pick<Moved, 'to' | 'silentSeconds'>): string =>
  silentSeconds === undefined
    ? ''
    : `${to} is the primary now; no node took writes for ${silentSeconds.toFixed(1)} s at most\n`;
