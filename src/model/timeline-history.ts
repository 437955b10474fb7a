// What PostgreSQL writes down of a timeline when it begins: those it grew from, and up to where.

import { parseLsn } from './lsn.ts';

/** One line of a .history file: up to where an earlier timeline belongs to this one. */
export interface Ancestor {
  readonly timeline: number;
  readonly endLsn: string;
}

/** A timeline with those it grew from. */
export interface Lineage {
  readonly timeline: number;
  readonly ancestors: readonly Ancestor[];
}

/** A timeline as one that grew from it, or is it, knows it; undefined where it is neither. */
export function lineageAt(of: Lineage, wanted: number): Lineage | undefined {
  if (of.timeline === wanted) return of;
  const index = of.ancestors.findIndex(({ timeline }) => timeline === wanted);
  return index === -1 ? undefined : { timeline: wanted, ancestors: of.ancestors.slice(0, index) };
}

/**
 * Whether two timelines of one number are the same: two servers that were promoted apart count on from the same number. One of
 * which nobody knows where it began may be.
 */
export function isSameTimeline(one: Lineage, other: Lineage): boolean {
  const [left, right] = [one.ancestors.at(-1), other.ancestors.at(-1)];
  if (one.timeline !== other.timeline) return false;
  if (left === undefined || right === undefined) return true;
  return left.timeline === right.timeline && parseLsn(left.endLsn) === parseLsn(right.endLsn);
}

/** Reads a .history file (PostgreSQL's timeline.c): number, position, reason; comments are left out. */
export const parseHistory = (text: string): readonly Ancestor[] =>
  text.split('\n').flatMap((line) => {
    const [, timeline, endLsn] = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i.exec(line) ?? [];
    return timeline === undefined || endLsn === undefined ? [] : [{ timeline: Number(timeline), endLsn }];
  });

/** "00000002.history" */
export const historyFileOf = (timeline: number): string =>
  `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
