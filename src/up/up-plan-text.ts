import type { PlannedChange, PlanView } from '../engine/plan.ts';
import { overrideText, type Override } from '../server/overrides.ts';
import type { UpView } from './look-ahead-plan.ts';
import { counted } from '../model/units.ts';
import { unknownText } from '../ui/plan-result.ts';

/** A plan for people: host by host, with the lines of files that change, and last what is not known and what will not answer for a while. */
export function upPlanText({ changes, unknown, overrides = [] }: PlanView & Partial<UpView>): string {
  const hosts = [...new Set(changes.map(({ host }) => host))];
  const parts = hosts.map((host) =>
    hostText(
      host,
      changes.filter((one) => one.host === host),
    ),
  );
  const missing = unknown.length > 0 ? [unknown.map(unknownText).join('\n')] : [];
  const other = overrides.length > 0 ? [overridesText(overrides)] : [];
  return `${[...parts, ...missing, ...other, countText(changes, unknown.length > 0)].join('\n\n')}\n`;
}

/** What no change here will alter, each with the line that ends it. */
const overridesText = (overrides: readonly Override[]): string =>
  [
    'what wins over .env.cluster:',
    ...overrides.flatMap((one) => [`  ${one.node}: ${overrideText(one)}`, `      ${one.end}`]),
  ].join('\n');

function countText(changes: readonly PlannedChange[], isPartial: boolean): string {
  if (changes.length === 0) {
    return `Everything ${isPartial ? 'else ' : ''}is as .env.cluster describes it: 0 changes to make`;
  }
  const hosts = new Set(changes.map(({ host }) => host)).size;
  const count = `${counted(changes.length, 'change')} to make on ${counted(hosts, 'host')}`;
  return `${count}; ${restartsText(changes)}`;
}

const hostText = (host: string, changes: readonly PlannedChange[]): string =>
  [
    host,
    ...changes.flatMap(({ change, lines }) => [`  ${change}`, ...lines.map((line) => `      ${line}`)]),
  ].join('\n');

function restartsText(changes: readonly PlannedChange[]): string {
  const stopped = changes.find(({ id }) => id === 'switchover.stop')?.subject;
  if (stopped !== undefined) return `${stopped} is stopped, and follows then (only with --switchover)`;
  const hosts = changes.filter(({ disrupts }) => disrupts).map(({ host }) => host);
  if (hosts.length === 0) return 'nothing restarts';
  return `restarts (only with --restart): ${[...new Set(hosts)].join(', then ')}`;
}
