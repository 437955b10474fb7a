import { afterEach, expect, test, vi } from 'vitest';
import { takeLock } from '../../../src/operation/cluster-lock.ts';
import type { OpenSession } from '../../../src/host/line-session.ts';

const operation = {
  ...{ id: 'x1', title: 'add-replica pg2', command: 'dbctl add-replica pg2', by: 'alice@laptop' },
  ...{ pid: 1, version: '0.1.0' },
};

/** The program that holds the lock: says "held" once, and answers signs of life while `answers` says so. */
function holder(answers: () => boolean) {
  const said: string[] = [];
  const lines = ['held'];
  let wake: (() => void) | undefined;
  const openSession: OpenSession = async () => {
    const closed = new AbortController();
    return {
      send(line) {
        said.push(line);
        if (answers()) lines.push(line.replace('beat', 'ack'));
        wake?.();
      },
      async receive() {
        while (lines.length === 0 && !closed.signal.aborted)
          await new Promise<void>((resolve) => (wake = resolve));
        return lines.shift();
      },
      close() {
        closed.abort();
        wake?.();
      },
      stderrTail: () => '',
    };
  };
  const late = (line: string): void => {
    lines.push(line);
    wake?.();
  };
  return { openSession, said, late };
}

afterEach(() => void vi.useRealTimers());

async function take(answers: () => boolean) {
  vi.useFakeTimers();
  const { openSession, ...rest } = holder(answers);
  const attempt = await takeLock(openSession, 'shop', operation);
  if (attempt.kind === 'busy') throw new Error('busy');
  return { lock: attempt.lock, ...rest };
}

test('while signs of life are answered, a change costs no word', async () => {
  const { lock, said } = await take(() => true);
  await vi.advanceTimersByTimeAsync(3_600_000);
  const before = said.length;
  await lock.assertHeld();
  expect(said.length).toBe(before);
  expect(before).toBeGreaterThan(700);
});

test('a host that does not answer is asked once more, and then the lock is lost', async () => {
  const { lock, said } = await take(() => false);
  await vi.advanceTimersByTimeAsync(11_000);
  const asked = said.length;

  const end = lock.assertHeld().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(26_000);

  expect(await end).toMatchObject({
    name: 'LockLostError',
    why: expect.stringMatching(/did not answer for 11 s/),
  });
  expect(said.length).toBeGreaterThan(asked);
});

test('an answer that waited in a buffer says nothing about now', async () => {
  const { lock, late } = await take(() => false);
  await vi.advanceTimersByTimeAsync(5000);
  // The machine is suspended: only the clock on the wall goes on.
  vi.setSystemTime(Date.now() + 60_000);
  late('ack 1');
  await vi.advanceTimersByTimeAsync(0);

  const end = lock.assertHeld().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(26_000);

  expect(await end).toMatchObject({
    name: 'LockLostError',
    why: expect.stringMatching(/did not answer for 60 s/),
  });
});

test('a clock that was set costs one question', async () => {
  const { lock } = await take(() => true);
  vi.setSystemTime(Date.now() + 3_600_000);
  await lock.assertHeld();
});
