// dbctl that kills itself with SIGKILL before and after each single step, until nothing is left to be done.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finished, Lab } from './e2e.ts';
import { dbctlWithFate } from './kill-preload.ts';

interface Killing {
  /** Looks at what a killed run left behind, and tells whether all is done. */
  readonly isDone?: () => Promise<boolean>;
  /** Kills once at each step, by turns before and after: for a command with many steps. */
  readonly inTurns?: boolean;
  /** Passes by every second step: for one that is long, and whose runs take long. */
  readonly isSparse?: boolean;
}

/**
 * Runs the same command again and again, killed once before and once after each step that it makes: every run begins
 * where a dead one left off, and gets as far as the next points that none has died at. Hosts that work side by side come
 * to one each, and it dies at all of them together. Answers every run; the last one is the one that finished, unless all
 * was done before.
 */
export async function killAtEachStep(
  lab: Lab,
  args: readonly string[],
  { isDone = async () => false, inTurns = false, isSparse = false }: Killing = {},
): Promise<readonly Finished[]> {
  const file = fileOf(lab);
  writeFileSync(file, '[]');
  const runs: Finished[] = [];
  while (runs.length < mostRuns) {
    const run = await dbctlWithFate(lab, fateAtSteps(file, { inTurns, isSparse }), ...args);
    runs.push(run);
    if (run.exitCode !== null || (await isDone())) return runs;
  }
  throw new Error(`dbctl ${args.join(' ')} has no end: killed ${mostRuns} times`);
}

const mostRuns = 300;

const fileOf = (lab: Lab): string => join(lab.directory, 'killed-steps.json');

/** At how many points the runs of the last command died, or passed by: before or after a step of a host. */
export const pointsKilledAt = (lab: Lab): number =>
  (JSON.parse(readFileSync(fileOf(lab), 'utf8')) as readonly string[]).length;

/**
 * A journal's lines tell where steps begin and end, on any host; only those that change something are written. "before":
 * the host knows what is about to be done, and none of it is. "after": it was done and seen, and nobody wrote that down.
 * `file` keeps the points where runs died; names that change are left out.
 */
const fateAtSteps = (
  file: string,
  { inTurns, isSparse }: { readonly inTurns: boolean; readonly isSparse: boolean },
): string => `
  import { readFileSync, writeFileSync } from 'node:fs';
  const points = JSON.parse(readFileSync(${JSON.stringify(file)}));
  const die = (point, fate) => {
    points.push(point);
    writeFileSync(${JSON.stringify(file)}, JSON.stringify(points));
    return fate;
  };
  const fateOfInput = (text) => {
    const { kind, host, step, changes } = JSON.parse('{' + text);
    const place = host + ' ' + step;
    if (kind === 'stepped') {
      const point = awaited.get(place);
      return awaited.delete(place) ? die(point, 'before, with others') : undefined;
    }
    if (kind !== 'step') return;
    const what = [place, ...changes].join(' ').replace(/[0-9A-F-]{8,}/gi, '#');
    const known = points.length + awaited.size;
    const turn = (${isSparse} ? known >> 1 : known) % 2;
    const moments = ${inTurns} ? [['before', 'after'][turn]] : ['before', 'after'];
    const pointOf = (moment) => ${inTurns} ? what : moment + ' ' + what;
    const moment = moments.find((one) => !points.includes(pointOf(one)));
    if (moment !== undefined && ${isSparse} && known % 2 === 1) return die(pointOf(moment), undefined);
    if (moment === 'before') return die(pointOf(moment), 'ended, with others');
    if (moment === 'after') awaited.set(place, pointOf(moment));
  };
  const fateOf = (line) => (/\\/dbctl-journal \\S+ (sync|'')$/.test(line) ? fateOfInput : undefined);`;
