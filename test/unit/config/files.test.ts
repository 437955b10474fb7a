import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isOpenToOthers, readSmallFile } from '../../../src/config/read-file.ts';
import { replaceFile } from '../../../src/config/create-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-files-'));
/** A file of this content. */
function fileWith(name: string, content: string | Buffer, mode = 0o600): string {
  const file = join(directory, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

test('a file is its text and its mode', () => {
  expect(readSmallFile(fileWith('plain', 'ü\n', 0o640))).toEqual({ text: 'ü\n', mode: 0o640 });
});

test.each([
  ['is missing', () => join(directory, 'missing'), 'does not exist'],
  ['is a directory', () => directory, 'is not a regular file'],
  ['lies below a file', () => join(fileWith('below', ''), 'x'), 'cannot be read (ENOTDIR)'],
  ['is too large', () => fileWith('large', Buffer.alloc(1024 * 1024 + 1)), 'is larger than 1024 KiB'],
  ['says it is empty and never ends', () => '/dev/zero', 'is not a regular file'],
  ['is in another encoding', () => fileWith('latin1', Buffer.from([0xfc])), 'is not UTF-8 text'],
])('a file that %s is refused', (_reason, make, words) => {
  const path = make();

  expect(() => readSmallFile(path)).toThrow(words);
});

test('a pipe that nobody writes to is refused, and not waited for', () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);

  expect(() => readSmallFile(pipe)).toThrow('is not a regular file');
});

test.each([
  [0o600, false],
  [0o400, false],
  [0o640, true],
  [0o602, true],
])('mode %o is open to others: %s', (mode, answer) => {
  expect(isOpenToOthers({ text: '', mode })).toBe(answer);
});

test('a file is replaced with its mode, and a link stays a link', () => {
  const file = fileWith('target', 'old', 0o640);
  const link = join(directory, 'link');
  symlinkSync(file, link);

  replaceFile(link, 'new');

  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

test('what cannot be replaced leaves no draft behind', () => {
  const parent = join(directory, 'parent');
  mkdirSync(join(parent, 'taken'), { recursive: true });

  expect(() => replaceFile(join(parent, 'taken'), 'new')).toThrow('EISDIR');
  expect(readdirSync(parent)).toEqual(['taken']);
});
