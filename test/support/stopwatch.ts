// Time as a command has it: what this machine spends suspended, or stalled as a guest, is not counted.

/** A tick that comes later than this was held up by the machine; milliseconds. */
const stallMs = 1000;
const tickMs = 100;

/** Starts to count, and answers what gives the seconds so far and ends the count. */
export function stopwatch(): () => number {
  const startedAt = performance.now();
  let stalled = 0;
  let last = startedAt;
  const tick = (): void => {
    const now = performance.now();
    if (now - last > stallMs) stalled += now - last - tickMs;
    last = now;
  };
  const timer = setInterval(tick, tickMs);
  return () => {
    clearInterval(timer);
    tick();
    return (performance.now() - startedAt - stalled) / 1000;
  };
}
