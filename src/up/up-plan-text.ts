import type { PlannedChange } from '../engine/look-ahead.ts';
import { counted } from '../model/units.ts';

/** A plan for people: host by host, with the lines of files that change, and last what will not answer for a while. */
export function upPlanText(changes: readonly PlannedChange[]): string {
  if (changes.length === 0) return 'Everything is as .env.cluster describes it: 0 changes to make\n';
  const hosts = [...new Set(changes.map(({ host }) => host))];
  const parts = hosts.map((host) =>
    hostText(
      host,
      changes.filter((one) => one.host === host),
    ),
  );
  const count = `${counted(changes.length, 'change')} to make on ${counted(hosts.length, 'host')}`;
  return `${[...parts, `${count}; ${restartsText(changes)}`].join('\n\n')}\n`;
}

const hostText = (host: string, changes: readonly PlannedChange[]): string =>
  [
    host,
    ...changes.flatMap(({ change, lines }) => [`  ${change}`, ...lines.map((line) => `      ${line}`)]),
  ].join('\n');

function restartsText(changes: readonly PlannedChange[]): string {
  const hosts = changes.filter(({ disrupts }) => disrupts).map(({ host }) => host);
  if (hosts.length === 0) return 'nothing restarts';
  return `restarts (only with --restart): ${[...new Set(hosts)].join(', then ')}`;
}
