// What a data directory has that nothing else has. Facts in, decision out.

import type { Ancestor, Lineage } from '../model/timeline-history.ts';
import { formatLsn, parseLsn } from '../model/lsn.ts';
import { counted, formatBytes } from '../model/units.ts';
import type { DataEnd } from './data-end-query.ts';

/** Everything on a timeline, and on those it grew from, up to a position: it is kept, or comes back. */
export interface Point extends Lineage {
  readonly lsn: string;
  /** Whether it is of the very server whose data is compared. */
  readonly isOwn?: boolean;
  /** Whether it is of a replica, which has what it received and nothing of its own. */
  readonly isStandby?: boolean;
}

/** WAL with transactions that are in no other place. */
export interface OnlyThere {
  /** From where on. */
  readonly from: string;
  readonly bytes: number;
  /** Undefined where not all of its WAL is left to be read. */
  readonly transactions: number | undefined;
  /** Whether it is of a timeline that the others did not come from, and do not lead to. */
  readonly isBranch: boolean;
}

/** A WAL file begins with a header, and the first record is behind it. */
const pageHeader = 40n;

/** Undefined when it has no transaction that ended after the points: what a server writes by itself, as at a checkpoint, is no loss. */
export function onlyThere(data: DataEnd, points: readonly Point[]): OnlyThere | undefined {
  const [limit, isBranch] = points
    .map((point) => sharedUpTo(data, point))
    .reduce((one, other) => (other[0] > one[0] ? other : one), [0n, true] as const);
  const begin = at(data.begin);
  const hasGap = begin - pageHeader > limit;
  const isBeyond = hasGap || (data.lastCommit && at(data.lastCommit) > limit);
  if (!isBeyond) return undefined;
  return {
    from: formatLsn(limit),
    bytes: Number(at(data.lsn) - limit),
    transactions: hasGap || begin + pageHeader < limit ? undefined : data.commits,
    isBranch,
  };
}

/** Up to where two data directories should have the same WAL. */
export const sharedEnd = (data: DataEnd, point: Point): string =>
  formatLsn(least(at(data.lsn), sharedUpTo(data, point)[0]));

/** Where the WAL is in which data goes on after a position. */
export const goingOn = (
  { timeline, ancestors }: Lineage,
  lsn: string,
): { readonly timeline: number; readonly lsn: string } => ({
  timeline: ancestors.find(({ endLsn }) => at(endLsn) > at(lsn))?.timeline ?? timeline,
  lsn,
});

/** Of points on one timeline. */
export const furthest = (points: readonly Point[]): Point =>
  points.reduce((one, other) => (at(other.lsn) > at(one.lsn) ? other : one));

/** Up to where data is the same as what leads to a point; whether it is on another branch than that. */
function sharedUpTo(data: DataEnd, point: Point): readonly [bigint, boolean] {
  let shared = 0n;
  const [own, other] = knownLines(data, point);
  for (const [index, { timeline, endLsn }] of own.entries()) {
    const there = other[index];
    if (there?.timeline !== timeline) break;
    const isLast = index === own.length - 1;
    // Two that have led on one timeline are copies, and each went its own way.
    const haveLed = !data.isStandby && point.isStandby !== true;
    if (isLast && index === other.length - 1 && haveLed && !point.isOwn) break;
    if (isLast) return [at(there.endLsn), false];
    shared = least(at(endLsn), at(there.endLsn));
    // Timelines of one number are two where they do not begin at one position.
    if (at(there.endLsn) !== at(endLsn)) break;
  }
  return [shared, true];
}

/** The timelines that led to each, with where they end, the oldest first; without those that one of them has no history of. */
function knownLines(...ends: readonly [Point, Point]): readonly [readonly Ancestor[], readonly Ancestor[]] {
  const [one, two] = ends.map(({ ancestors, timeline, lsn }) => [...ancestors, { timeline, endLsn: lsn }]);
  const first = Math.max(one![0]!.timeline, two![0]!.timeline);
  const known = ({ timeline }: Ancestor): boolean => timeline >= first;
  return [one!.filter(known), two!.filter(known)];
}

const least = (one: bigint, other: bigint): bigint => (one < other ? one : other);

const at = (lsn: string): bigint => parseLsn(lsn)!;

/** "only pg2 has 3 transactions, in 202320 bytes of WAL (198 kB) from 0/A000000 to 0/A031650, on timeline 1" */
export function describeOnlyThere(
  name: string,
  { lsn, timeline }: Pick<DataEnd, 'lsn' | 'timeline'>,
  { from, bytes, transactions }: OnlyThere,
): string {
  const what = transactions === undefined ? 'what may be transactions' : counted(transactions, 'transaction');
  const span = `from ${from} to ${formatLsn(at(lsn))}, on timeline ${timeline}`;
  return `only ${name} has ${what}, in ${bytes} bytes of WAL (${formatBytes(bytes)}) ${span}`;
}
