import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newestChange } from '../../../src/system/paths.ts';

test.each([
  ['a time', '1763699000.123456789\n', 1763699000.1234567],
  ['no file at all', '', 0],
])('the newest change is %s', (_reason, stdout, seconds) => {
  expect(newestChange(['/a']).parse(stdout)).toBeCloseTo(seconds, 4);
});

test.runIf(process.platform === 'linux')('the newest of the files that exist counts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-stat-'));
  const [older, newer] = [join(directory, 'older'), join(directory, '-newer file')];
  for (const [file, time] of [
    [older, 1000],
    [newer, 2000.25],
  ] as const) {
    writeFileSync(file, '');
    utimesSync(file, time, time);
  }
  const [program = '', ...words] = newestChange([newer, older, join(directory, 'missing')]).argv;

  const { stdout } = spawnSync(program, words, { encoding: 'utf8' });
  rmSync(directory, { recursive: true });

  expect(newestChange([]).parse(stdout)).toBeCloseTo(2000.25, 3);
});
