// dbctl that is killed at everything it does on hosts, one thing after the other.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finished, Lab } from './e2e.ts';
import { dbctlWithFate } from './kill-preload.ts';

/** "before": the command is never sent. "after": it was just sent, and ends by itself on the host, or half of its input came. */
export type Moment = 'before' | 'after';

/**
 * Runs dbctl until its n-th command on any host. The answer's exit code is null when it was killed there, and dbctl's
 * own when it had fewer commands to run.
 */
export function dbctlKilledAt(
  lab: Lab,
  n: number,
  moment: Moment,
  ...args: readonly string[]
): Promise<Finished> {
  const how = moment === 'before' ? 'before' : 'sent';
  const fate = `let left = ${n}; const fateOf = () => (--left === 0 ? '${how}' : undefined);`;
  return dbctlWithFate(lab, fate, ...args);
}

/**
 * Kills dbctl at everything it does on a host: each line that a dry run does not send is a point, once before it is sent
 * and once after; one that reads what to do from its input (SQL) a few times more. What a dry run sends changes nothing,
 * so to be killed there is to be killed after the line before it. With `once` a line counts as the same on every host,
 * and is one point, by turns before it is sent and after. While one host waits for what is never sent, others come to their
 * own next point. Several commands take turns. Answers every run; the last one is the one that was not killed.
 */
export async function killAtEachDeed(
  lab: Lab,
  commands: readonly (readonly string[])[],
  { once = false }: { readonly once?: boolean } = {},
): Promise<readonly Finished[]> {
  const file = fileOf(lab);
  const start = (mode: 'look' | 'kill', ...more: readonly string[]): Promise<Finished> =>
    dbctlWithFate(lab, watching(file, mode, once), ...commands[runs.length % commands.length]!, ...more);
  writeFileSync(file, '{ "looks": [], "visits": {}, "points": 0 }');
  const runs: Finished[] = [];
  for (const _ of commands) runs.push(await start('look', '--dry-run'));
  do runs.push(await start('kill'));
  while (runs.at(-1)!.exitCode === null);
  return runs;
}

const fileOf = (lab: Lab): string => join(lab.directory, 'killed.json');

/** At how many points the runs of the last command died. */
export const deedsKilledAt = (lab: Lab): number =>
  (JSON.parse(readFileSync(fileOf(lab), 'utf8')) as { readonly points: number }).points;

/** `file` keeps what a dry run sent, and where dbctl was killed how often. Names and sizes that change do not count. */
const watching = (file: string, mode: 'look' | 'kill', once: boolean): string => `
  import { readFileSync, writeFileSync } from 'node:fs';
  const state = JSON.parse(readFileSync(${JSON.stringify(file)}));
  const keep = () => writeFileSync(${JSON.stringify(file)}, JSON.stringify(state));
  const pointOf = (host, line) => host + ' ' + line
    .replace(/\\d{8}T\\d{6}Z-[0-9a-f]{6}|[0-9a-f][0-9a-f-]{11,}/g, '#')
    .replace(/ \\d+$/, ' #');
  function fateOf(line, address) {
    const point = pointOf(${once ? "''" : 'address'}, line);
    if (${mode === 'look'}) {
      state.looks.push(point);
      return keep();
    }
    const visits = state.visits[point] ?? 0;
    const limit = ${once ? 1 : 2} * (line.includes('VERBOSITY=terse') ? 4 : 1);
    if (visits >= limit || state.looks.includes(point)) return;
    state.visits[point] = visits + 1;
    state.points += 1;
    keep();
    return (${once} ? state.points : visits) % 2 === 0 ? 'before, with others' : 'sent';
  }`;
