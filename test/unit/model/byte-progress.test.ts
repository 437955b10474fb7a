import { expect, test } from 'vitest';
import { describeBytes } from '../../../src/model/byte-progress.ts';

test.each([
  [{ doneBytes: 0, startBytes: 0, elapsedSeconds: 0 }, '0 B of 4.0 GB (0 %)'],
  [{ doneBytes: 2 ** 30, startBytes: 0, elapsedSeconds: 10 }, '1.0 GB of 4.0 GB (25 %), 102 MB/s, 0:30 left'],
  [{ doneBytes: 2 ** 30, startBytes: 2 ** 30, elapsedSeconds: 10 }, '1.0 GB of 4.0 GB (25 %)'],
  [{ doneBytes: 2 ** 33, startBytes: 0, elapsedSeconds: 0.5 }, '4.0 GB of 4.0 GB (100 %)'],
])('%j is said with rate and time left', (state, text) => {
  expect(describeBytes({ totalBytes: 2 ** 32, ...state })).toBe(text);
});
