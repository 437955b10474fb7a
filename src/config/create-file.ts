import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  unlinkSync,
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
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    writeDraft(draft, text);
    try {
      // Unlike a rename, a link never replaces what has the name already.
      linkSync(draft, target);
    } finally {
      unlinkSync(draft);
    }
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

function writeDraft(draft: string, text: string): void {
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    fchmodSync(descriptor, 0o600);
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  } finally {
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
