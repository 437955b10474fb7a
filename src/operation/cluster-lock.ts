// The lock of a cluster, as its holder on this side sees it: signs of life, and whether it is still ours.

import { type Busy, type Held, type Moment, askForLock, now, since } from './ask-for-lock.ts';
import { journalTail, unfinishedOperation } from './journal.ts';
import type { Operation, UnfinishedOperation } from './operation.ts';
import { LockLostError } from '../model/errors.ts';
import type { OpenSession } from '../host/line-session.ts';

export interface ClusterLock {
  /** What was left unfinished by the operation before. */
  readonly before: UnfinishedOperation | undefined;
  /**
   * Throws LockLostError when the lock may be somebody else's by now. Free while signs of life are answered; after a
   * pause of this machine it asks, and waits for the answer.
   */
  assertHeld(): Promise<void>;
  /** Tells others what is done now: "Clone the primary on pg2". */
  tell(step: string): void;
  /** Writes down how the operation ended, and lets go. Never throws: who cannot say so is let go anyway. */
  release(end: object): Promise<void>;
}

export type Attempt = { readonly kind: 'held'; readonly lock: ClusterLock } | Busy;

/** Milliseconds and a clock, so that a test need not wait for minutes. */
export interface LockTimes {
  /** Between two signs of life. */
  readonly beatMs: number;
  /** How long after an answered sign of life the lock is surely ours. Less than patienceMs by as much as a command takes. */
  readonly trustMs: number;
  /** After this long without a sign of life the host lets the lock go. */
  readonly patienceMs: number;
  /** How long an answer is waited for. */
  readonly answerMs: number;
}

const usualTimes: LockTimes = { beatMs: 5000, trustMs: 10_000, patienceMs: 20_000, answerMs: 5000 };

export interface LockSettings {
  readonly times?: LockTimes;
  /** Told when the host had let go, and the lock was taken back because nobody else had it since; milliseconds of silence. */
  readonly onTakenBack?: (silentMs: number) => void;
}

/** Asks for the lock once. Throws UnreachableError, and CommandError where there is no lock to be had. */
export async function takeLock(
  openSession: OpenSession,
  cluster: string,
  operation: Operation,
  { times = usualTimes, onTakenBack }: LockSettings = {},
): Promise<Attempt> {
  const { patienceMs } = times;
  const first = await askForLock(openSession, { cluster, operation, patienceMs, again: false });
  if (first === 'passed')
    throw new Error('a lock that is asked for the first time cannot have passed to another');
  if (first.kind === 'busy') return first;
  const takeBack = async (silentMs: number): Promise<Held | undefined> => {
    const found = await askForLock(openSession, { cluster, operation, patienceMs, again: true });
    if (found === 'passed' || found.kind === 'busy') return undefined;
    onTakenBack?.(silentMs);
    return found;
  };
  const lock = keep(first, cluster, times, takeBack);
  return { kind: 'held', lock: { ...lock, before: unfinishedOperation(first.before) } };
}

function keep(
  first: Held,
  cluster: string,
  { beatMs, trustMs, answerMs }: LockTimes,
  takeBack: (silentMs: number) => Promise<Held | undefined>,
): Omit<ClusterLock, 'before'> {
  const waiting = new Set<() => void>();
  let { talk } = first;
  let sent = new Map<number, Moment>();
  let beats = 0;
  // When the newest sign of life that was answered was sent: what is heard late says nothing about now.
  let alive = first.heldSince;
  let isOver = false;
  let isReleased = false;
  let asking: Promise<void> | undefined;

  const beat = (): void => {
    beats += 1;
    sent.set(beats, now());
    talk.send(`beat ${beats}`);
  };
  const isTrusted = (): boolean => !isOver && since(alive) < trustMs;
  const timer = setInterval(beat, beatMs);

  const listen = async (): Promise<void> => {
    const own = talk;
    for (let line = await own.receive(); line !== undefined; line = await own.receive()) {
      if (own !== talk) return;
      const number = Number(/^ack (\d+)$/.exec(line)?.[1]);
      alive = sent.get(number) ?? alive;
      for (const past of sent.keys()) if (past <= number) sent.delete(past);
      for (const wake of waiting) wake();
    }
    if (own !== talk) return;
    isOver = true;
    for (const wake of waiting) wake();
  };
  let over = listen();

  /** Waits until something was heard, or the time is over. */
  const hearing = (untilMs: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(limit);
        waiting.delete(done);
        resolve();
      };
      const limit = setTimeout(done, untilMs);
      waiting.add(done);
    });

  async function askAgain(): Promise<void> {
    const silentMs = since(alive);
    const asked = now();
    beat();
    const mayCome = (): boolean => !isOver && !isTrusted() && since(asked) < answerMs;
    while (mayCome()) await hearing(answerMs - since(asked));
    if (isTrusted()) return;
    talk.close();
    const again = isReleased ? undefined : await takeBack(silentMs).catch(() => undefined);
    if (again === undefined) throw lockLost(cluster, silentMs);
    ({ talk, heldSince: alive } = again);
    sent = new Map();
    isOver = false;
    over = listen();
  }

  return {
    async assertHeld() {
      if (isTrusted()) return;
      asking ??= askAgain().finally(() => {
        asking = undefined;
      });
      await asking;
    },
    tell: (step) => talk.send(`step ${JSON.stringify(step)}`),
    async release(end) {
      isReleased = true;
      clearInterval(timer);
      talk.send(`end ${journalTail(end)}`);
      const limit = hearing(answerMs).then(() => talk.close());
      await Promise.race([over, limit]);
    },
  };
}

const lockLost = (cluster: string, silentMs: number): LockLostError =>
  new LockLostError({
    what: `the lock of ${cluster} was lost, so nothing more was changed`,
    why:
      silentMs > usualTimes.trustMs
        ? `The control host did not answer for ${Math.round(silentMs / 1000)} s: this machine was suspended, or its network was down. Another operation may have started.`
        : 'It was released by another operator, or the control host ended it. Another operation may have started.',
    next: [
      'see what happened since: dbctl history',
      'run the same command again: it continues from the present state',
    ],
  });
