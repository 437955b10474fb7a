// How the control host is asked for the lock, for the first time and after a pause.

import { journalTail, parseJournal, type JournalLine } from './journal.ts';
import type { Holder, Operation } from './operation.ts';
import { CommandError } from '../model/errors.ts';
import { holdLock, parseBusy } from './lock-query.ts';
import type { LineSession, OpenSession } from '../host/line-session.ts';

/** How long the host may take to say whether the lock is ours, and what was left unfinished. */
const longestAnswerMs = 60_000;

/** A moment, by the clock that stands still in a suspended machine and by the one that can be set. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export const now = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

export const since = ({ monotonic, wall }: Moment): number =>
  Math.max(performance.now() - monotonic, Date.now() - wall);

export interface Held {
  readonly kind: 'held';
  readonly talk: LineSession;
  readonly heldSince: Moment;
  /** Beginnings and ends of the operations before, oldest first. */
  readonly before: readonly JournalLine[];
}

export interface Busy {
  readonly kind: 'busy';
  readonly holder: Holder | 'unknown';
}

export interface LockRequest {
  readonly cluster: string;
  readonly operation: Operation;
  /** After this long without a sign of life the host lets the lock go. */
  readonly patienceMs: number;
  /** Only when nobody had it since this operation. */
  readonly again: boolean;
}

/** "passed": somebody else had it since, or took it away. */
export async function askForLock(
  openSession: OpenSession,
  { cluster, operation, patienceMs, again }: LockRequest,
): Promise<Held | Busy | 'passed'> {
  const { id } = operation;
  const talk = await openSession(holdLock({ cluster, id, again, patienceSeconds: patienceMs / 1000 }));
  const heldSince = now();
  talk.send(journalTail(operation));
  const limit = setTimeout(() => talk.close(), again ? patienceMs : longestAnswerMs);
  const before: string[] = [];
  try {
    for (;;) {
      const line = await talk.receive();
      if (line === undefined) throw noLock(cluster, talk);
      if (line === 'passed') return line;
      if (line.startsWith('busy ')) return { kind: 'busy', holder: parseBusy(line) };
      if (line === 'held') return { kind: 'held', talk, heldSince, before: parseJournal(before.join('\n')) };
      before.push(line);
    }
  } finally {
    clearTimeout(limit);
  }
}

const noLock = (cluster: string, talk: LineSession): CommandError =>
  new CommandError({
    what: `the control host cannot keep the lock of ${cluster}`,
    why: talk.stderrTail() || 'the program that holds it ended without a message',
    next: ['the control host needs bash, coreutils and util-linux (flock), and a writable /run'],
  });
