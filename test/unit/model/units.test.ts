import { expect, test } from 'vitest';
import { formatBytes, formatClock, formatSeconds, formatSpan } from '../../../src/model/units.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 kB'],
  [16 * 1024 ** 2, '16 MB'],
  [3.2 * 1024 ** 3, '3.2 GB'],
  [5000 * 1024 ** 4, '5000 TB'],
])('%d bytes are shown as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0 s'],
  [0.234, '0.23 s'],
  [12.4, '12 s'],
  [600, '10 min'],
  [7200, '2 h'],
  [200_000, '2 d'],
])('%d seconds are shown as %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [0, '0:00'],
  [0.2, '0:01'],
  [59.5, '1:00'],
  [75, '1:15'],
  [4500, '75:00'],
])('%d seconds on a clock are %s', (seconds, text) => {
  expect(formatClock(seconds)).toBe(text);
});

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [75, '1 min 15 s'],
  [12_000, '3 h 20 min'],
  [7_200, '2 h'],
  [183_600, '2 d 3 h'],
  [100 * 86_400 + 7200, '100 d'],
  [4e9, 'centuries'],
])('a span of %d seconds is %s', (seconds, text) => {
  expect(formatSpan(seconds)).toBe(text);
});
