// One `dbctl lab` at a time touches an image or the set of labs.

import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { execa } from 'execa';

/**
 * Holds the lock while `work` runs; waits for whoever has it. The lock belongs to a `flock` that ends with its
 * standard input, so it cannot outlive this process, however that ends.
 */
export async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  mkdirSync(dirname(path), { recursive: true });
  const holder = execa('flock', [path, 'cat'], {
    stdin: 'pipe',
    stdout: 'pipe',
    buffer: false,
    reject: false,
  });
  try {
    // `cat` echoes only once flock has the lock and starts it.
    holder.stdin.write('\n');
    await Promise.race([once(holder.stdout, 'data'), holder]);
    return await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
