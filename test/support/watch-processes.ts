// What anybody on the machine can see of its processes, those of the lab's hosts included: argv and environment.

import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface Seen {
  /** Every different argv and environment that was seen. */
  readonly texts: readonly string[];
  /** Looks a second: the median of all whole seconds. */
  readonly rate: number;
  readonly looks: number;
  /** How many processes were looked at. */
  readonly processes: number;
  readonly longestGapMs: number;
}

const watcher = new URL('process-watcher.mjs', import.meta.url);

interface Found extends Pick<Seen, 'texts' | 'processes' | 'longestGapMs'> {
  /** In each second. */
  readonly looks: readonly number[];
}

/** Looks at every process again and again until `stop`; with a lab, at none on the hosts of other labs. */
export async function watchProcesses(lab?: { readonly name: string }): Promise<{ stop(): Promise<Seen> }> {
  const child = fork(watcher, lab === undefined ? [] : [lab.name], { serialization: 'advanced' });
  await once(child, 'message');
  // A test that fails and never stops it should end nevertheless; it ends with the test.
  child.unref();
  child.channel?.unref();
  return {
    async stop() {
      child.channel?.ref();
      const said = once(child, 'message');
      child.send('stop');
      const [{ looks, ...found }] = (await said) as [Found];
      const rates = looks.slice(0, -1).toSorted((a, b) => a - b);
      const total = looks.reduce((sum, one) => sum + one, 0);
      return { ...found, rate: rates[rates.length >> 1] ?? total, looks: total };
    },
  };
}
