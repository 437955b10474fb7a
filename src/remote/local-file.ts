// A file of the machine dbctl runs on, on its way to a host: never held in memory as a whole.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
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

/** Its content. `onBytes` is told after each piece how much was read in all. */
export function readPieces(path: string, onBytes: (bytes: number) => void): Readable {
  let bytes = 0;
  return createReadStream(path).on('data', (piece) => onBytes((bytes += piece.length)));
}
