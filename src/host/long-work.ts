// Work that takes minutes or hours, as a transient systemd unit: it goes on when the connection or dbctl dies, and the
// next run finds it by its name and follows it.

import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../model/errors.ts';
import {
  forgetUnit,
  startUnit,
  type TransientUnit,
  unitJournal,
  type UnitState,
  unitState,
} from './systemd.ts';
import type { Host, ReadableHost } from './host.ts';
import { lastLines } from './printable.ts';

const shortestPauseMs = 50;
const longestPauseMs = 500;
const secondLookAfterMs = 1000;

/** How the unit of that name is doing on a host. */
export const longWorkState = (host: ReadableHost, name: string): Promise<UnitState> =>
  host.ask(unitState(name));

/**
 * Starts the unit, or joins the one of that name that is already running or has just succeeded, and waits for its end.
 * A failed one of an earlier run is forgotten and started anew. `onPoll` runs every 50 to 500 ms meanwhile, to report
 * progress. Throws CommandError with the last lines of its journal when it fails. No time limit: the work has its own.
 */
export async function followLongWork(
  host: Host,
  unit: TransientUnit,
  onPoll: () => Promise<void> | void = () => {},
): Promise<void> {
  const before = await longWorkState(host, unit.name);
  if (before.kind === 'failed') await host.run(forgetUnit(unit.name));
  if (before.kind === 'failed' || before.kind === 'absent') await host.run(startUnit(unit));

  const end = await waitForEnd(host, unit.name, onPoll);
  if (end.kind === 'succeeded') return host.run(forgetUnit(unit.name));
  throw await failure(host, unit, end);
}

async function waitForEnd(host: Host, name: string, onPoll: () => Promise<void> | void): Promise<UnitState> {
  const startedAt = Date.now();
  for (;;) {
    const state = await longWorkState(host, name).catch((error: unknown) => askAgain(host, name, error));
    if (state.kind !== 'running') return state;
    await onPoll();
    await sleep(pauseAfter(Date.now() - startedAt));
  }
}

/** A host that is going down answers nonsense before its connection is lost: one failed look says nothing of the work. */
async function askAgain(host: Host, name: string, error: unknown): Promise<UnitState> {
  if (!(error instanceof CommandError)) throw error;
  await sleep(secondLookAfterMs);
  return longWorkState(host, name);
}

/** A tenth of the time so far: the end is seen soon after short work, and long work is not asked all the time. */
const pauseAfter = (elapsedMs: number): number =>
  Math.min(Math.max(elapsedMs / 10, shortestPauseMs), longestPauseMs);

async function failure(host: Host, { name, description }: TransientUnit, end: UnitState) {
  const journal = end.invocation === '' ? '' : await host.ask(unitJournal(end, 20));
  const how = mannerOf(end);
  return new CommandError({
    what: `${description} failed on ${host.name}`,
    why: [how, lastLines(journal, 20)].filter((part) => part !== '').join('\n'),
    next: [
      `see all of it on ${host.name}: journalctl -u ${name}`,
      'run the same dbctl command again: it is safe',
    ],
  });
}

function mannerOf({ kind, exitCode, result }: UnitState): string {
  if (kind === 'absent') return 'it was stopped from outside';
  return exitCode === undefined ? `it ended by ${result}` : `exit code ${exitCode}`;
}
