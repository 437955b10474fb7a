import type { PastOperation, PastStep } from './journal.ts';
import { counted, formatSeconds, formatTime } from '../model/units.ts';
import type { ClusterHistory } from './read-history.ts';
import { printable } from '../host/printable.ts';
import { columnsOf, pad, screenWidth, shorten } from '../ui/text.ts';

/** Two lines for each operation, newest last; with its steps below, when they are asked for. */
export function historyText(
  { operations, missing }: ClusterHistory,
  { steps }: { readonly steps: boolean },
): string {
  const lines =
    operations.length === 0
      ? ['no operation has changed the cluster yet']
      : operations.flatMap((operation) => operationLines(operation, steps));
  const gaps = missing.map(({ host, problem }) => `not read: ${host}: ${problem}`);
  return [...lines, ...gaps].map((line) => `${shorten(printable(line))}\n`).join('');
}

function operationLines(operation: PastOperation, withSteps: boolean): readonly string[] {
  const { title, startedAt, result, seconds, by, from, changes, hosts, why, steps } = operation;
  const when = formatTime(startedAt).slice(0, 16).replace('T', ' ');
  const took = seconds === undefined ? '' : `in ${formatSeconds(Math.round(seconds * 10) / 10)}`;
  const ending = [result, took].filter(Boolean).join(' ');
  const room = screenWidth - columnsOf(when) - columnsOf(ending) - 4;
  const where = hosts.length === 0 ? '' : ` on ${hosts.join(', ')}`;
  return [
    `${when}  ${pad(shorten(title, room), room)}  ${ending}`,
    `  ${by}${from === '' ? '' : ` from ${from}`}, ${counted(changes, 'change')}${where}`,
    ...(why === '' ? [] : [`  ${why}`]),
    ...(withSteps ? steps.flatMap((step) => stepLines(step)) : []),
  ];
}

function stepLines({ host, step, changes, result, seconds }: PastStep): readonly string[] {
  const took = seconds === undefined ? '' : ` in ${formatSeconds(Math.round(seconds * 100) / 100)}`;
  const ending = result === 'ok' ? took : ` (${result}${took})`;
  return [`    ${host}: ${step}${ending}`, ...changes.map((change) => `      ${change}`)];
}
