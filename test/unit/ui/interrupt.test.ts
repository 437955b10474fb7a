import { expect, test } from 'vitest';
import { listenForInterrupt } from '../../../src/ui/interrupt.ts';
import { written } from '../../support/written.ts';

/** The listeners for a signal that were not there before. */
const since = (signal: NodeJS.Signals, before: readonly unknown[]) =>
  process.listeners(signal).filter((listener) => !before.includes(listener));

test.each(['SIGINT', 'SIGTERM'] as const)('the first %s is remembered, the second ends at once', (signal) => {
  const before = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') };
  const { terminal, text } = written(true);

  const isInterrupted = listenForInterrupt(terminal);
  const [remember, ...more] = since(signal, before[signal]);
  expect(more).toEqual([]);
  expect(isInterrupted()).toBe(false);
  remember?.(signal);

  expect(isInterrupted()).toBe(true);
  expect(text()).toBe('stopping after the running step; press again to stop at once\n');
  expect(since('SIGINT', before.SIGINT)).toEqual([]);
  expect(since('SIGTERM', before.SIGTERM)).toEqual([]);
});

const listeners = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');

test('the second signal may come as soon as the first is told', () => {
  const before = listeners();
  const { terminal } = written(true);
  const seen: number[] = [];
  const known = process.listeners('SIGTERM');

  listenForInterrupt({ ...terminal, write: () => seen.push(listeners()) });
  since('SIGTERM', known)[0]?.('SIGTERM');

  expect(seen).toEqual([before]);
});
