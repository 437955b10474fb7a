import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tarOf } from '../../../src/model/tar.ts';

const deep = `${'directory/'.repeat(14)}a file.txt`;
const files = [
  { path: 'report/README.txt', text: 'first\n' },
  { path: 'report/empty.txt', text: '' },
  { path: deep, text: 'é'.repeat(5000) },
  { path: 'report/block.txt', text: 'x'.repeat(512) },
];

const untar = (archive: Buffer, ...args: readonly string[]) =>
  spawnSync('tar', ['-f', '-', ...args], { input: archive, encoding: 'utf8' });

test('tar unpacks what was packed', () => {
  const archive = tarOf(files, 1_795_270_000);

  for (const { path, text } of files) expect(untar(archive, '-xO', path).stdout).toBe(text);
  const { stdout, stderr, status } = untar(archive, '-t');
  expect(stdout.trimEnd().split('\n')).toEqual(files.map(({ path }) => path));
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

test('every file belongs to its owner alone, and has the time that it was told', () => {
  const list = untar(tarOf(files, 1_795_270_000), '-tv', '--numeric-owner', '--utc').stdout;

  expect(list.split('\n')[0]).toMatch(/^-rw------- 0\/0 +6 2026-11-21 14:06 report\/README.txt$/);
});

test.each([99, 100, 101, 989, 990, 991, 9_000])('a path of %d bytes comes back whole', (length) => {
  const path = `${'d/'.repeat(length)}${'f'.repeat(length)}`.slice(-length).replace(/^\//, 'd');

  expect(untar(tarOf([{ path, text: 'x' }], 0), '-t').stdout).toBe(`${path}\n`);
});
