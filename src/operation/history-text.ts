import type { PastOperation, PastStep } from './journal.ts';
import { counted, formatSeconds, formatTime } from '../model/units.ts';
import type { LeaderChange } from '../postgres/control/patroni-control.ts';
import type { ClusterHistory } from './read-history.ts';
import { printable } from '../host/printable.ts';
import { columnsOf, pad, screenWidth, shorten } from '../ui/text.ts';

/** Two lines for each operation and each change of the leader, newest last; with steps below, when they are asked for. */
export function historyText(
  { operations, leaderChanges, missing }: ClusterHistory,
  { steps }: { readonly steps: boolean },
): string {
  const events = [
    ...operations.map((one) => ({ at: one.startedAt, lines: operationLines(one, steps) })),
    ...leaderChanges.map((one) => ({ at: one.changedAt, lines: leaderLines(one) })),
  ].toSorted((one, other) => one.at - other.at);
  const lines =
    events.length === 0 ? ['no operation has changed the cluster yet'] : events.flatMap((one) => one.lines);
  const gaps = missing.map(({ host, problem }) => `not read: ${host}: ${problem}`);
  return [...lines, ...gaps].map((line) => `${shorten(printable(line))}\n`).join('');
}

function operationLines(operation: PastOperation, withSteps: boolean): readonly string[] {
  const { title, startedAt, result, seconds, by, from, changes, hosts, why, steps } = operation;
  const when = minuteOf(startedAt);
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

const minuteOf = (seconds: number): string => formatTime(seconds).slice(0, 16).replace('T', ' ');

/** In the form of an operation, which it is none of. */
function leaderLines({ leader, changedAt, timeline, lsn, reason }: LeaderChange): readonly string[] {
  const ending = `timeline ${timeline} from ${lsn}`;
  const when = minuteOf(changedAt);
  const what = `${leader || 'another node'} leads since ${formatTime(changedAt).slice(11, 19)}`;
  const room = screenWidth - columnsOf(when) - columnsOf(ending) - 4;
  return [`${when}  ${pad(shorten(what, room), room)}  ${ending}`, `  Patroni: ${reason}`];
}

function stepLines({ host, step, changes, result, seconds }: PastStep): readonly string[] {
  const took = seconds === undefined ? '' : ` in ${formatSeconds(Math.round(seconds * 100) / 100)}`;
  const ending = result === 'ok' ? took : ` (${result}${took})`;
  return [`    ${host}: ${step}${ending}`, ...changes.map((change) => `      ${change}`)];
}
