// Shows who keeps WAL as bars, then what to do: at most 80 columns, and no colour is needed to read it.

import type { NodeWal, WalExplanation } from './explain-wal.ts';
import { counted, formatBytes, formatSeconds } from '../model/units.ts';
import type { WalAdvice, WalStep } from './advice.ts';
import type { WalHolder } from './holders.ts';
import { printable } from '../host/printable.ts';
import { columnsOf, pad, screenWidth, shorten, wrap } from '../ui/text.ts';

const nameWidth = 20;
const barWidth = 20;
const sizeWidth = 7;

/** Before a holder that keeps ever more. */
const mark = '▲';

const legend = `${mark} growing while WAL is written; several holders may keep the same WAL`;

export const walText = ({ cluster, summary, nodes, advice }: WalExplanation): string =>
  printable(
    [
      ...sentence(`cluster ${cluster}: ${summary}`),
      ...nodes.flatMap((node) => ['', ...nodeLines(node)]),
      ...(nodes.some(({ holders }) => holders.some(({ isGrowing }) => isGrowing)) ? ['', legend] : []),
      ...advice.flatMap((one) => ['', ...adviceLines(one)]),
      '',
    ].join('\n'),
  );

function nodeLines(node: NodeWal): readonly string[] {
  const largest = Math.max(0, ...node.holders.map(({ bytes }) => bytes));
  return [
    shorten(heading(node)),
    ...node.holders.map((holder) => shorten(`${holder.isGrowing ? mark : ' '} ${bar(holder, largest)}`)),
    ...rates(node),
  ];
}

function heading({ node, role, problem, directory }: NodeWal): string {
  const start = `${node}  ${role}`;
  if (directory === null) return `${start}  ${problem}`;
  const { bytes, files, freeBytes, fileSystemBytes } = directory;
  const wal = `pg_wal ${formatBytes(bytes)} in ${counted(files, 'file')}`;
  const line = [start, ...(problem === null ? [] : [problem]), wal, `${formatBytes(freeBytes)} free`].join(
    '  ',
  );
  const total = ` of ${formatBytes(fileSystemBytes)}`;
  return columnsOf(line + total) <= screenWidth ? line + total : line;
}

/** "slot dbctl_pg2  ████████▌   1.1 GB  nobody reads it" */
function bar({ name, bytes, note }: WalHolder, largest: number): string {
  const drawn = blocks((bytes / largest) * barWidth);
  return [
    pad(shorten(name, nameWidth), nameWidth),
    pad(drawn, barWidth),
    formatBytes(bytes).padStart(sizeWidth),
    ` ${note}`,
  ]
    .join(' ')
    .trimEnd();
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of so many columns, to an eighth; something is always to be seen. */
function blocks(columns: number): string {
  const parts = Math.max(1, Math.round(columns * 8));
  return '█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8];
}

function rates({ role, rate }: NodeWal): readonly string[] {
  if (rate === null) return [];
  const { now, sinceArchived } = rate;
  const verb = role === 'primary' ? 'written' : 'received';
  const before = sinceArchived
    ? `; ${formatBytes(sinceArchived.bytesPerSecond)}/s since the last archived file, ${formatSeconds(sinceArchived.seconds)} ago`
    : '';
  const text = `WAL is ${verb} at ${formatBytes(now.bytesPerSecond)}/s now${before}`;
  return sentence(text, screenWidth - 2).map((line) => `  ${line}`);
}

/** Broken at spaces, but not between a number and its unit. */
const sentence = (text: string, columns = screenWidth): readonly string[] =>
  wrap(text.replaceAll(/(\d) (?=[A-Za-z])/g, '$1\u00a0'), columns).map((line) =>
    line.replaceAll('\u00a0', ' '),
  );

const adviceLines = ({ why, next }: WalAdvice): readonly string[] => [
  ...sentence(why),
  ...next.flatMap((step) => stepLines(step)),
];

/** A command stays on one line, so that it can be copied. */
function stepLines({ text, command }: WalStep): readonly string[] {
  if (command === undefined) return indented(text);
  const line = `→ ${text}: ${command}`;
  return columnsOf(line) < screenWidth ? [` ${line}`] : [...indented(`${text}:`), `     ${command}`];
}

const indented = (text: string): readonly string[] =>
  wrap(text, screenWidth - 3).map((line, index) => (index === 0 ? ` → ${line}` : `   ${line}`));
