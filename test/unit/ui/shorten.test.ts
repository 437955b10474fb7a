import { expect, test } from 'vitest';
import { shorten } from '../../../src/ui/shorten.ts';

test.each([
  ['what fits stays', 'pg1', 3, 'pg1'],
  ['what is too long ends with an ellipsis', 'copying 1.2 of 4.0 GB', 10, 'copying 1…'],
  ['no space stands before the ellipsis', 'copying 1.2', 9, 'copying…'],
  ['lines become one', 'write /a\n  write /b\r\nwrite /c', 80, 'write /a write /b write /c'],
  ['letters outside the basic plane stay whole', '🐘🐘🐘', 2, '🐘…'],
  ['one column has room for the ellipsis', 'pg1', 1, '…'],
  ['a terminal of unknown width sets no limit', 'pg1', NaN, 'pg1'],
  ['nor does one that is narrower than what stands before', 'pg1', -3, 'pg1'],
])('%s', (_reason, text, width, shortened) => {
  expect(shorten(text, width)).toBe(shortened);
});
