// dbctl that kills itself with SIGKILL at one of its commands on a host: the same points at every speed of the machine.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Finished, Lab } from './e2e.ts';
import { dbctlWith } from './probe-story.ts';

/** "before": the command is never sent. "after": it was just sent, and ends by itself on the host, or half of its input came. */
export type Moment = 'before' | 'after';

/**
 * Runs dbctl until its n-th command on any host. The answer's exit code is null when it was killed there, and dbctl's
 * own when it had fewer commands to run.
 */
export const dbctlKilledAt = (
  lab: Lab,
  n: number,
  moment: Moment,
  ...args: readonly string[]
): Promise<Finished> => dbctlWith(lab, { env: { NODE_OPTIONS: `--import=${preload(n, moment)}` } }, ...args);

/**
 * Kills dbctl at everything it does on a host: each line that a dry run does not send is a point, once "before" and once
 * "after"; one that reads what to do from its input (SQL) a few times more. What a dry run sends changes nothing, so to be
 * killed there is to be killed after the line before it. With `once` a line counts as the same on every host, and is one
 * point, by turns before it is sent and after. Answers every run; the last one is the one that was not killed.
 */
export async function killAtEachDeed(
  lab: Lab,
  args: readonly string[],
  { once = false }: { readonly once?: boolean } = {},
): Promise<readonly Finished[]> {
  const file = join(lab.directory, 'killed.json');
  const start = (mode: 'look' | 'kill', ...more: readonly string[]): Promise<Finished> => {
    const env = { NODE_OPTIONS: `--import=${dataUrl(watching(file, mode, once))}` };
    return dbctlWith(lab, { env }, ...args, ...more);
  };
  writeFileSync(file, '{ "looks": [], "visits": {}, "points": 0 }');
  const runs = [await start('look', '--dry-run')];
  do runs.push(await start('kill'));
  while (runs.at(-1)!.exitCode === null);
  return runs;
}

const ssh2 = createRequire(import.meta.url).resolve('ssh2');

const dataUrl = (script: string): string => `data:text/javascript,${encodeURIComponent(script)}`;

/** `file` keeps what a dry run sent, and where dbctl was killed how often. Names and sizes that change do not count. */
const watching = (file: string, mode: 'look' | 'kill', once: boolean): string => `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { createRequire } from 'node:module';
  const { Client } = createRequire('/')(${JSON.stringify(ssh2)});
  const state = JSON.parse(readFileSync(${JSON.stringify(file)}));
  const keep = () => writeFileSync(${JSON.stringify(file)}, JSON.stringify(state));
  const kill = () => process.kill(process.pid, 'SIGKILL');
  const send = Client.prototype.exec;
  const pointOf = (host, line) => host + ' ' + line
    .replace(/\\d{8}T\\d{6}Z-[0-9a-f]{6}|[0-9a-f][0-9a-f-]{11,}/g, '#')
    .replace(/ \\d+$/, ' #');
  Client.prototype.exec = function (line, opened) {
    const point = pointOf(${once ? "''" : 'this._sock?.remoteAddress'}, line);
    if (${mode === 'look'}) {
      state.looks.push(point);
      keep();
      return send.call(this, line, opened);
    }
    const visits = state.visits[point] ?? 0;
    const limit = ${once ? 1 : 2} * (line.includes('VERBOSITY=terse') ? 4 : 1);
    if (visits >= limit || state.looks.includes(point)) return send.call(this, line, opened);
    state.visits[point] = visits + 1;
    state.points += 1;
    keep();
    if ((${once} ? state.points : visits) % 2 === 0) return kill();
    return send.call(this, line, (error, channel) => { opened(error, channel); setImmediate(kill); });
  };`;

function preload(n: number, moment: Moment): string {
  const script = `
    import { createRequire } from 'node:module';
    const { Client } = createRequire('/')(${JSON.stringify(ssh2)});
    const kill = () => process.kill(process.pid, 'SIGKILL');
    const send = Client.prototype.exec;
    let left = ${n};
    Client.prototype.exec = function (line, opened) {
      left -= 1;
      if (left > 0) return send.call(this, line, opened);
      if (${moment === 'before'}) return kill();
      return send.call(this, line, (error, channel) => { opened(error, channel); setImmediate(kill); });
    };`;
  return dataUrl(script);
}
