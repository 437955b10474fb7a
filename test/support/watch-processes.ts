// What anybody on the machine can see of its processes, those of the lab's hosts included: argv and environment.

import { readdirSync, readFileSync } from 'node:fs';

export interface Seen {
  /** Every different argv and environment that was seen. */
  readonly texts: readonly string[];
  /** Looks a second, on average. */
  readonly rate: number;
}

const pauseMs = 10;

/** Looks at every process again and again until `stop`. */
export function watchProcesses(): { stop(): Seen } {
  const texts = new Set<string>();
  const startedAt = Date.now();
  let looks = 0;
  const timer = setInterval(() => {
    looks += 1;
    for (const pid of readdirSync('/proc')) if (/^\d+$/.test(pid)) lookAt(pid, texts);
  }, pauseMs);
  return {
    stop() {
      clearInterval(timer);
      return { texts: [...texts], rate: looks / ((Date.now() - startedAt) / 1000) };
    },
  };
}

function lookAt(pid: string, texts: Set<string>): void {
  for (const file of ['cmdline', 'environ']) {
    try {
      texts.add(readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // It has ended, or is a kernel thread.
    }
  }
}
