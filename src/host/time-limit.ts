import type { Input } from './execution.ts';

/** Calls `giveUp` after `timeoutMs`, unless stopped. A stream that still moves starts the time anew: a slow link is no fault. */
export function limitTime(stdin: Input, timeoutMs: number, giveUp: () => void): { stop(): void } {
  const timer = setTimeout(giveUp, timeoutMs);
  if (typeof stdin !== 'string') stdin.on('data', () => timer.refresh());
  return { stop: () => clearTimeout(timer) };
}
