import type { Readable } from 'node:stream';
import { type Ending, outputLimit } from './execution.ts';

/** Keeps what both streams say, up to the limit, and answers how to read it at the end. `onFlood` is called once. */
export function keepOutput(
  streams: { readonly stdout: Readable; readonly stderr: Readable },
  onFlood: () => void,
): () => Pick<Ending, 'stdout' | 'stderr'> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let bytes = 0;

  const keep = (into: Buffer[]) => (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes <= outputLimit) into.push(chunk);
    else if (before <= outputLimit) onFlood();
  };
  streams.stdout.on('data', keep(stdout));
  streams.stderr.on('data', keep(stderr));
  // Bytes that are no UTF-8 become U+FFFD.
  return () => ({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
}
