import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InvalidValue, shown } from './problem.ts';

const largest = 1024 * 1024;

/** A file as it was found. */
export interface LocalFile {
  readonly text: string;
  /** Permission bits: 0o600. */
  readonly mode: number;
}

/**
 * Reads a small text file without ever waiting for it: a FIFO, a device or a directory is refused. Throws InvalidValue with
 * the reason, which contains nothing of the content.
 */
export function readSmallFile(path: string): LocalFile {
  const descriptor = open(path);
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw new InvalidValue('is not a regular file');
    if (facts.size > largest) throw new InvalidValue(`is larger than ${largest / 1024} KiB`);
    return { text: decode(readAtMost(descriptor)), mode: facts.mode & 0o7777 };
  } finally {
    closeSync(descriptor);
  }
}

/** True when somebody else than the owner may read or change the file. */
export const isOpenToOthers = ({ mode }: LocalFile): boolean => (mode & 0o077) !== 0;

const open = (path: string): number =>
  orMisfit(() => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));

function orMisfit<Answer>(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : shown(String(error));
    throw new InvalidValue(reasons[code] ?? `cannot be read (${code})`, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'cannot be read: permission denied',
  EISDIR: 'is a directory',
  ENXIO: 'is not a regular file',
};

// The size of fstat is not trusted: files of /proc say 0, and a file may grow.
function readAtMost(descriptor: number): Buffer {
  const chunks: Buffer[] = [];
  for (let total = 0; ;) {
    const chunk = Buffer.alloc(64 * 1024);
    const length = orMisfit(() => readSync(descriptor, chunk));
    if (length === 0) return Buffer.concat(chunks);
    total += length;
    if (total > largest) throw new InvalidValue(`is larger than ${largest / 1024} KiB`);
    chunks.push(chunk.subarray(0, length));
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new InvalidValue('is not UTF-8 text', { cause });
  }
}
