import { expect, test } from 'vitest';
import { isAtLeast } from '../../../src/model/version.ts';

test.each([
  ['2.55.1', '2.54', true],
  ['2.54', '2.54', true],
  ['2.54', '2.54.0', true],
  ['2.54.0', '2.54', true],
  ['2.54', '2.54.1', false],
  ['2.45', '2.54', false],
  ['2.9', '2.54', false],
  ['10.0', '9.99', true],
  ['0', '2.54', false],
])('%s is at least %s: %s', (version, least, answer) => {
  expect(isAtLeast(version, least)).toBe(answer);
});
