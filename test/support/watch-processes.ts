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
  /** What each process was when it was last looked at: its environment is read anew when it is something else. */
  let known = new Map<string, string>();
  const startedAt = Date.now();
  let looks = 0;
  const look = (): void => {
    looks += 1;
    const now = new Map<string, string>();
    for (const pid of readdirSync('/proc')) {
      const argv = /^\d+$/.test(pid) ? read(pid, 'cmdline') : undefined;
      if (argv === undefined) continue;
      now.set(pid, argv);
      if (known.get(pid) === argv) continue;
      texts.add(argv);
      texts.add(read(pid, 'environ') ?? '');
    }
    known = now;
  };
  const timer = setInterval(look, pauseMs);
  return {
    stop() {
      clearInterval(timer);
      return { texts: [...texts], rate: looks / ((Date.now() - startedAt) / 1000) };
    },
  };
}

/** Undefined when the process has ended, or is the kernel's own. */
function read(pid: string, file: 'cmdline' | 'environ'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return undefined;
  }
}
