import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { raiseLimits } from '../../../src/lab/start-lab.ts';

test.each([
  ['128\n', '1024\n'],
  ['1024\n', '1024\n'],
  ['8192\n', '8192\n'],
])('a limit of %j becomes %j', (before, after) => {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-limits-'));
  const path = join(directory, 'max_user_instances');
  writeFileSync(path, before);

  raiseLimits(path);

  expect(readFileSync(path, 'utf8')).toBe(after);
  rmSync(directory, { recursive: true });
});
