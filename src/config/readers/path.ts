import { Misfit, shown } from '../problem.ts';
import { reader, type Reader } from './reader.ts';

const longestBytes = 4095;

/** The path of a local file, as written: absolute, relative to .env.cluster, or below ~/. */
export function readPath(raw: string): string {
  if (/\p{C}/u.test(raw) || Buffer.byteLength(raw) > longestBytes) {
    throw new Misfit(`expected a path of printable characters, got ${shown(raw)}`);
  }
  if (raw.endsWith('/')) throw new Misfit(`expected a file, got the directory ${shown(raw)}`);
  if (/^~[^/]/.test(raw) || raw === '~') {
    throw new Misfit(`only ~/ (your own home) is understood, got ${shown(raw)}`);
  }
  return raw;
}

export const path: Reader<string> = reader(
  'a path; a relative one starts at the directory of the file, ~/ at your home',
  readPath,
);
