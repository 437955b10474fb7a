// Whether a target of a restore can be reached, from which backup, and why not. Types are pgBackRest's.

import { parseLsn } from '../model/lsn.ts';
import { formatTime } from '../model/units.ts';
import {
  endOf,
  type RecoveryPoint,
  type RecoveryRange,
  type RecoveryWindow,
  type RestorableBackup,
} from './recovery-window.ts';

export type RecoveryTarget =
  /** The end of the WAL; the end of a backup. */
  | { readonly type: 'default' | 'immediate'; readonly set?: string | undefined }
  | {
      readonly type: 'time' | 'lsn' | 'xid' | 'name';
      readonly value: string;
      /** Label of the backup to start from. */
      readonly set?: string | undefined;
    };

/** Which backup a restore starts from, or the sentence that says why there is none. */
export type Choice = { readonly backup: RestorableBackup } | { readonly reason: string };

/**
 * The newest backup from which the target can be reached. Where a transaction or a named point is, nobody knows before
 * the WAL is read: for these it is the newest backup of all, unless one is named.
 */
export function chooseBackup(target: RecoveryTarget, window: RecoveryWindow): Choice {
  const misspelt = 'value' in target ? misspelling(target) : undefined;
  if (misspelt !== undefined) return { reason: misspelt };
  const starts = startsOf(window).filter(
    ({ backups }) => target.set === undefined || backups[0]!.label === target.set,
  );
  const reachable = starts.findLast(reachOf(target));
  if (reachable !== undefined) return { backup: reachable.backups[0]! };
  return { reason: reasonOf(target, target.set === undefined ? window.ranges : starts) };
}

/** One range for each backup: what can be reached from it. Oldest first. */
const startsOf = ({ ranges }: RecoveryWindow): readonly RecoveryRange[] =>
  ranges.flatMap(({ backups, to }) => backups.map((one) => ({ backups: [one], from: endOf(one), to })));

function reasonOf(target: RecoveryTarget, ranges: readonly RecoveryRange[]): string {
  if (ranges.length === 0) {
    return target.set === undefined
      ? 'there is no backup to restore'
      : `there is no usable backup ${target.set}`;
  }
  const can = ranges.map(describeRange).join(', and ');
  const from = target.set === undefined ? '' : `, starting at the backup ${target.set}`;
  return `${describeTarget(target)} cannot be reached${from}: every point can be restored ${can}`;
}

/** "time 2026-11-21 10:00:00+00" */
export const describeTarget = (target: RecoveryTarget): string =>
  'value' in target ? `${target.type} ${target.value}` : target.type;

/** Seconds since 1970; undefined for what is no time, or has no zone. */
export function parseTargetTime(text: string): number | undefined {
  const [, date, time, zone] =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?) ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/i.exec(
      text.trim(),
    ) ?? [];
  if (date === undefined || zone === undefined) return undefined;
  const day = new Date(`${date}T00:00:00Z`);
  // JavaScript takes the 30th of February for the 2nd of March.
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date)) return undefined;
  const [, sign, hours, minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  const milliseconds = Date.parse(`${date}T${time}${sign ? `${sign}${hours}:${minutes}` : 'Z'}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** "from 2026-11-20T02:00:05Z (0/4000120) to 2026-11-21T10:00:00Z (0/9000000)" */
export const describeRange = ({ from, to }: RecoveryRange): string =>
  `from ${describePoint(from)} to ${describePoint(to)}`;

const describePoint = ({ at, lsn }: RecoveryPoint): string =>
  at === undefined ? lsn : `${formatTime(at)} (${lsn})`;

type ValueTarget = Extract<RecoveryTarget, { value: string }>;

function misspelling({ type, value }: ValueTarget): string | undefined {
  const wrong = (expected: string): string => `${JSON.stringify(value)} is not ${expected}`;
  if (type === 'time' && parseTargetTime(value) === undefined) {
    return wrong('a time with a zone, such as "2026-11-21 10:00:00+00" or "2026-11-21 10:00:00 UTC"');
  }
  if (type === 'lsn' && parseLsn(value) === undefined) return wrong('an LSN such as 16/B374D848');
  if (type === 'xid' && !/^\d{1,20}$/.test(value)) return wrong('a transaction id');
  // PostgreSQL cuts names of restore points at 63 bytes.
  if (type === 'name' && !/^[^\p{Cc}]{1,63}$/u.test(value)) return wrong('the name of a restore point');
  return undefined;
}

/** Asks whether the target is in a stretch. An end whose time nobody knows is no limit. */
function reachOf(target: RecoveryTarget): (range: RecoveryRange) => boolean {
  if (target.type === 'time') {
    const at = parseTargetTime(target.value)!;
    return ({ from, to }) => at >= from.at && at <= (to.at ?? Infinity);
  }
  if (target.type === 'lsn') {
    const position = parseLsn(target.value)!;
    return ({ from, to }) => position >= parseLsn(from.lsn)! && position <= parseLsn(to.lsn)!;
  }
  return () => true;
}
