import type { Protection } from '../backup/protection.ts';
import { formatSeconds } from '../model/units.ts';
import { shorten, utc } from '../ui/text.ts';

/** A few lines of at most 80 columns. `now` is in seconds since 1970. */
export function protectionText(protection: Protection, now: number): string {
  const { message, lastBackup, lastDrill, restorable, problem, archiving } = protection;
  const unknown = problem === null ? 'none' : 'unknown';
  const rows: readonly (readonly [string, string])[] = [
    ['PROTECTION', archiving === 'off' ? `${message}: dbctl backup setup` : message],
    ...(archiving === 'not configured'
      ? []
      : ([
          ['LAST BACKUP', lastBackup ? describe(lastBackup, now) : unknown],
          ['RESTORABLE', restorable ? range(restorable) : unknown],
          [
            'LAST DRILL',
            lastDrill ? rehearsal(lastDrill, now) : lastBackup ? 'none: dbctl backup drill' : 'none',
          ],
        ] as const)),
  ];
  const lines = rows.map(([title, text]) => shorten(`${title.padEnd(13)}${text}`));
  return [...lines, ...(problem === null ? [] : [problem]), ''].join('\n');
}

const describe = ({ type, label, at }: NonNullable<Protection['lastBackup']>, now: number): string =>
  `${type} ${label}, ${ago(at, now)}`;

const ago = (at: string, now: number): string =>
  `${formatSeconds(Math.max(0, now - Date.parse(at) / 1000))} ago`;

const rehearsal = ({ node, result, at }: NonNullable<Protection['lastDrill']>, now: number): string =>
  `${result} on ${node}, ${ago(at, now)}`;

const range = ({ from, to }: NonNullable<Protection['restorable']>): string =>
  to === null ? `from ${utc(from)} UTC` : `${utc(from)} to ${utc(to)} UTC`;
