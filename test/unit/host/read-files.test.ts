import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileAt, readFilesArgv } from '../../../src/host/file-query.ts';

const run = ([program = '', ...words]: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', stdio: 'pipe' });

const read = (path: string) => {
  const { argv, parse } = fileAt(path);
  return parse(run(argv));
};

test('files are read in one question, each as it is, in the order asked for', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-read-'));
  const [one, empty, none] = ['one "file"', 'empty', 'none'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(one, 'first\n\nlast without an end', { mode: 0o640 });
  writeFileSync(empty, '', { mode: 0o600 });
  const owner = read(one)!.owner;

  const said = run(
    readFilesArgv(
      '--',
      [one, none, directory, empty].map((path, index) => ({ path, index })),
    ),
  );

  expect(said).toBe(
    [
      `${owner} 640\nfirst\n\nlast without an end--\n0 0\n--\n`,
      '--\n1 0\n--\n',
      `--\n2 1\n${directory} is not a regular file, or cannot be read\n--\n`,
      `${owner} 600\n--\n3 0\n--\n`,
    ].join(''),
  );
  expect(owner).toMatch(/^\S+:\S+$/);
  expect(read(one)).toEqual({ owner, mode: 0o640, content: 'first\n\nlast without an end' });
  expect(read(empty)).toEqual({ owner, mode: 0o600, content: '' });
  expect(read(none)).toBeUndefined();
});

test('a directory is no file', () => {
  expect(() => read(tmpdir())).toThrow('is not a regular file');
});
