import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFile, refuseExisting } from '../../../src/config/create-file.ts';
import { ConfigError, RefusedError } from '../../../src/model/errors.ts';

const emptyDirectory = (): string => mkdtempSync(join(tmpdir(), 'dbctl-'));

test('a new file belongs to its owner alone, whatever the umask, and nothing else is left', () => {
  const directory = emptyDirectory();
  const before = process.umask(0);

  createFile(join(directory, '.env.cluster'), 'A=1\n');

  process.umask(before);
  expect(readFileSync(join(directory, '.env.cluster'), 'utf8')).toBe('A=1\n');
  expect(statSync(join(directory, '.env.cluster')).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(['.env.cluster']);
});

test.each(['a file', 'a link to a file', 'a link to nowhere'])('%s is not replaced', (kind) => {
  const directory = emptyDirectory();
  const file = join(directory, '.env.cluster');
  const other = join(directory, 'other');
  if (kind !== 'a link to nowhere') writeFileSync(kind === 'a file' ? file : other, 'mine\n');
  if (kind !== 'a file') symlinkSync(other, file);
  const names = readdirSync(directory);

  expect(() => refuseExisting(file)).toThrow(RefusedError);
  expect(() => createFile(file, 'yours\n')).toThrow(RefusedError);

  expect(readdirSync(directory)).toEqual(names);
  if (kind !== 'a link to nowhere') expect(readFileSync(file, 'utf8')).toBe('mine\n');
});

test('where nothing can be written, it says why', () => {
  const directory = emptyDirectory();
  writeFileSync(join(directory, 'file'), '');

  expect(() => createFile(join(directory, 'none', 'x'), '')).toThrow(ConfigError);
  expect(() => createFile(join(directory, 'file', 'x'), '')).toThrow(ConfigError);
  expect(() => createFile(join(directory, 'x'.repeat(300)), '')).toThrow(
    expect.objectContaining({ why: 'ENAMETOOLONG: the name is too long' }),
  );
  expect(() => refuseExisting(join(directory, 'x'.repeat(300)))).not.toThrow();
});

test('a directory that takes no files is refused, also for root', () => {
  expect(() => createFile(join('/proc/self', 'x'), '')).toThrow('cannot be written');
});
