import { expect, test } from 'vitest';
import { parseDuration } from '../../../src/model/duration.ts';

test.each([
  ['500ms', 500],
  ['3s', 3000],
  ['0.5s', 500],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['30', 30_000],
  ['0s', undefined],
  ['-1s', undefined],
  ['3 s', undefined],
  ['', undefined],
  ['1d', undefined],
  ['99999999s', undefined],
])('%j is %s ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});
