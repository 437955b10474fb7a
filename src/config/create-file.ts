import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError, RefusedError } from '../model/errors.ts';
import { quote } from '../host/quote.ts';
import { shownPath } from './shown-path.ts';

/** Throws RefusedError when something has this name: a file, or a link, wherever it leads. */
export function refuseExisting(file: string): void {
  if (isThere(file)) throw alreadyThere(file);
}

function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // What is wrong with the path is told when the file is written.
    return false;
  }
}

/**
 * Writes a new file that only its owner can read (mode 0600). At every moment it is whole or absent. Of two runs at once
 * one wins, and the other throws RefusedError; ConfigError where nothing can be written.
 */
export function createFile(file: string, text: string): void {
  const target = resolve(file);
  try {
    // Unlike a rename, a link never replaces what has the name already.
    writeDraft(target, text, (draft) => linkSync(draft, target));
    syncDirectory(dirname(target));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(file);
    if (code === undefined) throw cause;
    throw new ConfigError({
      what: `${shownPath(target)} cannot be written`,
      why: `${code}: ${reasons[code] ?? 'the file system refused it'}`,
      next: ['name a file in a directory of yours: dbctl init -c <file>'],
      cause,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  ENOTDIR: 'there is no such directory',
  ENAMETOOLONG: 'the name is too long',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there, or the file system has no hard links',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your quota is used up',
};

/**
 * Replaces a local file by a new text with the same owner and mode. Readers see the old text or the new one; a symbolic
 * link stays a link.
 */
export function replaceFile(file: string, text: string): void {
  const target = realpathSync(file);
  const { mode, uid, gid } = statSync(target);
  writeDraft(target, text, (draft, descriptor) => {
    if (process.getuid?.() === 0) fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode & 0o7777);
    renameSync(draft, target);
  });
}

/** A file beside the target, for its owner alone, that `place` gives the target's name; nothing of it stays behind. */
function writeDraft(target: string, text: string, place: (draft: string, descriptor: number) => void): void {
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    fchmodSync(descriptor, 0o600);
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    place(draft, descriptor);
  } finally {
    rmSync(draft, { force: true });
    closeSync(descriptor);
  }
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const alreadyThere = (file: string): RefusedError =>
  new RefusedError({
    what: `${file} is already there`,
    why: 'An existing file is never overwritten: it may be the only copy of its passwords.',
    next: [
      `see its settings: ${quote(['dbctl', 'config', '-c', file])}`,
      'or write another one: dbctl init -c <file>',
    ],
  });
