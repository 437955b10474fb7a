// A file of the machine dbctl runs on, on its way to a host: never held in memory as a whole.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { SentFile } from './host.ts';

/** Its size and its SHA-256. Rejects when it cannot be read. */
export async function measureFile(path: string): Promise<SentFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Its content, read as it is taken. `onBytes` is told after each piece how much was taken in all, and may throw. */
export function readPieces(path: string, onBytes: (bytes: number) => void): Readable {
  async function* pieces(): AsyncIterable<Buffer> {
    let bytes = 0;
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      yield piece;
      onBytes((bytes += piece.length));
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}
