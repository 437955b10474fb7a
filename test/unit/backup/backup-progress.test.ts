import { expect, test } from 'vitest';
import { describeBackup } from '../../../src/backup/backup-progress.ts';

const gigabyte = 1024 ** 3;

test.each([
  [
    { percent: 25.4, doneBytes: gigabyte, totalBytes: 4 * gigabyte },
    20,
    '1.0 GB of 4.0 GB (25 %), 51 MB/s, 1:00 left',
  ],
  [
    { percent: 100, doneBytes: gigabyte, totalBytes: gigabyte },
    20,
    '1.0 GB of 1.0 GB (100 %), 51 MB/s, 0:00 left',
  ],
  [{ percent: 0, doneBytes: 0, totalBytes: gigabyte }, 20, '0 B of 1.0 GB (0 %)'],
  [{ percent: 1, doneBytes: 10, totalBytes: 1000 }, 0.5, '10 B of 1000 B (1 %)'],
  // Before 2.48 there are no sizes.
  [{ percent: 12.9, doneBytes: undefined, totalBytes: undefined }, 20, '12 %'],
  [{ percent: 12, doneBytes: undefined, totalBytes: gigabyte }, 20, '12 %'],
  [{ percent: 0, doneBytes: 0, totalBytes: 0 }, 20, '0 %'],
  [
    { percent: undefined, doneBytes: undefined, totalBytes: undefined },
    20,
    'waiting for a checkpoint and reading the list of files',
  ],
])('%o after %d s is told as it is', (running, elapsed, text) => {
  expect(describeBackup(running, elapsed)).toBe(text);
});
