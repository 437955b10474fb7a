import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFiles } from '../../../src/host/read-files.ts';

const ask = (paths: readonly string[]) => {
  const { argv, parse } = readFiles(paths);
  return parse(execFileSync(argv[0]!, argv.slice(1), { encoding: 'utf8' }));
};

test('files are read in one question, each as it is, in the order asked for', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-read-'));
  const [one, empty] = [join(directory, 'one "file"'), join(directory, 'empty')];
  writeFileSync(one, 'first\n\nlast without an end', { mode: 0o640 });
  writeFileSync(empty, '', { mode: 0o600 });

  const found = ask([one, join(directory, 'none'), empty]);

  expect(found).toMatchObject([
    { mode: 0o640, content: 'first\n\nlast without an end' },
    undefined,
    { mode: 0o600, content: '' },
  ]);
  expect(found[0]!.owner).toMatch(/^\S+:\S+$/);
});

test('a directory is no file', () => {
  expect(() => ask([tmpdir()])).toThrow('is not a regular file');
});
