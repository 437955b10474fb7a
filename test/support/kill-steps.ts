// dbctl that kills itself with SIGKILL before and after each single step, until nothing is left to be done.

import { createRequire } from 'node:module';
import type { Finished, Lab } from './e2e.ts';
import type { Moment } from './kill-dbctl.ts';
import { dbctlWith } from './probe-story.ts';

/**
 * Runs dbctl until its n-th step that changes something, on any host; a journal's lines tell where that is. "before": the
 * host knows what is about to be done, and none of it is. "after": it was done and seen, and nobody wrote that down.
 * The answer's exit code is null when it was killed there, and dbctl's own when it had fewer steps.
 */
const dbctlKilledAtStep = (
  lab: Lab,
  n: number,
  moment: Moment,
  ...args: readonly string[]
): Promise<Finished> => dbctlWith(lab, { env: { NODE_OPTIONS: `--import=${preload(n, moment)}` } }, ...args);

/**
 * Runs the same command again and again, killed before and after the first step that it still has to make: each step is
 * met both ways, and every run begins where a dead one left off. `isDone` looks at what a killed run left behind, and
 * tells whether all is done. Answers every run; the last one is the one that finished, unless it was done before.
 */
export async function killAtEachStep(
  lab: Lab,
  args: readonly string[],
  isDone: () => Promise<boolean>,
): Promise<readonly Finished[]> {
  const runs: Finished[] = [];
  while (runs.length < mostRuns) {
    const moment: Moment = runs.length % 2 === 0 ? 'before' : 'after';
    const run = await dbctlKilledAtStep(lab, 1, moment, ...args);
    runs.push(run);
    if (run.exitCode !== null || (await isDone())) return runs;
  }
  throw new Error(`dbctl ${args.join(' ')} has no end: killed ${mostRuns} times`);
}

const mostRuns = 300;

const ssh2 = createRequire(import.meta.url).resolve('ssh2');

function preload(n: number, moment: Moment): string {
  const line = moment === 'before' ? '/dbctl-journal \\S+ sync$' : `/dbctl-journal \\S+ ''$`;
  const script = `
    import { createRequire } from 'node:module';
    const { Client } = createRequire('/')(${JSON.stringify(ssh2)});
    const kill = () => process.kill(process.pid, 'SIGKILL');
    const send = Client.prototype.exec;
    const isEntry = new RegExp(${JSON.stringify(line)});
    let left = ${n};
    Client.prototype.exec = function (line, opened) {
      if (isEntry.test(line)) left -= 1;
      if (left > 0 || !isEntry.test(line)) return send.call(this, line, opened);
      if (${moment === 'after'}) return kill();
      return send.call(this, line, (error, channel) => { channel?.on('close', kill); opened(error, channel); });
    };`;
  return `data:text/javascript,${encodeURIComponent(script)}`;
}
