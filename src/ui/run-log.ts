// The whole run of a command that changes a cluster, on the machine that dbctl runs on: for the error that comes after,
// and for the question of next week. What is given to it has no secrets any more.

import { existsSync } from 'node:fs';
import { RefusedError } from '../model/errors.ts';
import { eventText } from './event-text.ts';
import { openLogFile, type LogFile } from './log-file.ts';
import type { RunEvent } from './run-event.ts';

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
    const file = openLogFile(place.base, place.cluster, place.command);
    // A disk that is full lets a file be made, and takes nothing into it.
    file.append(`${file.path}\n`);
    file.flush();
    return logInto(file);
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

function logInto(file: LogFile): RunLog {
  let bytes = 0;
  let problem: string | undefined;
  return {
    path: file.path,
    write(event) {
      if (problem !== undefined || (bytes > enough && isRoutine(event))) return;
      const text = `${event.at} ${eventText(event).replaceAll('\n', '\n  ')}\n`;
      bytes += Buffer.byteLength(text);
      try {
        file.append(text);
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    },
    problem: () => problem,
    close: () => file.close(),
  };
}

const isRoutine = (event: RunEvent): boolean => event.event === 'command' && event.exitCode === 0;
