// Text for a terminal, measured in the columns that it takes there: 漢 and 🐘 take two, a combining accent none.

import { createRequire } from 'node:module';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** What answers are made for. A command to paste may be longer. */
export const screenWidth = 80;

export const columnsOf = (text: string): number => stringWidth(text);

export const widestOf = (texts: readonly string[]): number => Math.max(0, ...texts.map(columnsOf));

/** The text and spaces behind it. */
export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - columnsOf(text)));

const graphemes = new Intl.Segmenter('en');

/** Plain text on one line of at most so many columns: the rest is an ellipsis. Any width but a number from 1 is no limit. */
export function shorten(text: string, columns = screenWidth): string {
  const line = text.replaceAll(/\s*[\r\n]+\s*/g, ' ');
  if (!(columns >= 1) || columnsOf(line) <= columns) return line;
  let start = '';
  let room = columns - 1;
  for (const { segment } of graphemes.segment(line)) {
    room -= columnsOf(segment);
    if (room < 0) break;
    start += segment;
  }
  return `${start.trimEnd()}…`;
}

/** Lines, broken at spaces. A longer word stays whole, so that it can be copied. */
export const wrap = (text: string, columns = screenWidth): readonly string[] =>
  wrapAnsi(text.replaceAll(/[\r\n\t]+/g, ' '), columns).split('\n');

/** "2026-11-29 17:24:28", of a time as ISO 8601 writes it. */
export const utc = (iso: string): string => iso.slice(0, 19).replace('T', ' ');

const edges = ['top', 'bottom', 'left', 'right', 'mid'];
const corners = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'];
const crossings = ['left-mid', 'mid-mid', 'right-mid'];
const noLines = Object.fromEntries([...edges, ...corners, ...crossings].map((place) => [place, '']));

interface TableLook {
  readonly head?: readonly string[];
  /** Between two columns. */
  readonly gap?: string;
}

/** Most commands make no table, and this takes 20 ms to load. */
const loadTable = (): typeof import('cli-table3') => createRequire(import.meta.url)('cli-table3');

/** A table without lines, as in ps or kubectl, and without spaces at the ends of its rows. */
export function tableText(
  rows: readonly (readonly string[])[],
  { head = [], gap = '  ' }: TableLook = {},
): string {
  const Table = loadTable();
  const table = new Table({
    head: [...head],
    chars: { ...noLines, middle: gap },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().replaceAll(/ +$/gm, '');
}
