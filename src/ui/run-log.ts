// The whole run of a command that changes a cluster, on the machine that dbctl runs on: for the error that comes after,
// and for the question of next week. What is given to it has no secrets any more.

import { existsSync, closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { RefusedError } from '../model/errors.ts';
import { eventText } from './event-text.ts';
import type { RunEvent } from './run-event.ts';
import { join } from 'node:path';

export interface RunLog {
  readonly path: string;
  write(event: RunEvent): void;
  /** Why the log ends early; undefined when it has everything. */
  problem(): string | undefined;
  close(): void;
}

interface Place {
  /** ~/.local/state/dbctl */
  readonly base: string;
  readonly cluster: string;
  /** "backup setup" */
  readonly command: string;
}

/** Bytes: from then on only what failed is written, and what progress says. */
const enough = 8 * 1024 * 1024;

/**
 * Begins the log of a run. Throws RefusedError when the directory of earlier logs is there and cannot be written to: a
 * change that leaves no trace is not what this operator is used to. Answers the reason where there never was one (a
 * container without a home): the run goes on without.
 */
export function openRunLog(place: Place): RunLog | string {
  const hasBase = existsSync(place.base);
  try {
    const { path, descriptor } = create(join(place.base, place.cluster), place.command);
    // A disk that is full lets a file be made, and takes nothing into it.
    writeSync(descriptor, `${path}\n`);
    return logInto(path, descriptor);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!hasBase) return reason;
    throw new RefusedError({
      what: `the log of this run cannot be written below ${place.base}`,
      why: reason,
      next: [
        'check its owner and the free space: ls -ld, df',
        'or keep logs elsewhere: XDG_STATE_HOME=/var/tmp dbctl …',
      ],
      cause: error,
    });
  }
}

/** Milliseconds for which lines are gathered: a call for each of hundreds would cost a quick run a tenth of its time. */
const gatheringMs = 100;

function logInto(path: string, descriptor: number): RunLog {
  let bytes = 0;
  let gathered = '';
  let timer: NodeJS.Timeout | undefined;
  let problem: string | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const text = gathered;
    gathered = '';
    try {
      if (text !== '') writeSync(descriptor, text);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  };
  return {
    path,
    write(event) {
      if (problem !== undefined || (bytes > enough && isRoutine(event))) return;
      const text = `${event.at} ${eventText(event).replaceAll('\n', '\n  ')}\n`;
      bytes += Buffer.byteLength(text);
      gathered += text;
      timer ??= setTimeout(flush, gatheringMs).unref();
    },
    problem() {
      flush();
      return problem;
    },
    close() {
      flush();
      closeSync(descriptor);
    },
  };
}

const isRoutine = (event: RunEvent): boolean => event.event === 'command' && event.exitCode === 0;

/** How many runs of a cluster are kept. */
const keptRuns = 50;

const open = (path: string) => ({ path, descriptor: openSync(path, 'wx', 0o600) });

/** Makes the file of a run that begins now, and throws away the oldest ones. Throws what the file system says. */
function create(directory: string, command: string) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = `${stamp(new Date())}-${command.replaceAll(/[^a-z0-9]+/g, '-')}`;
  try {
    return open(join(directory, `${name}.log`));
  } catch (error) {
    // Two runs may begin within the same millisecond; each has a file of its own.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return open(join(directory, `${name}-${process.pid}.log`));
  } finally {
    throwAwayOldest(directory);
  }
}

/** "20261121T141500.123Z": names in order of time. */
const stamp = (now: Date): string => now.toISOString().replaceAll(/[-:]/g, '');

function throwAwayOldest(directory: string): void {
  const logs = readdirSync(directory).filter((name) => /^\d{8}T\d{6}\.\d{3}Z-.*\.log$/.test(name));
  for (const name of logs.toSorted().slice(0, -keptRuns)) rmSync(join(directory, name), { force: true });
}
