import { expect, test } from 'vitest';
import { columnsOf, pad, shorten, tableText, wrap } from '../../../src/ui/text.ts';

test.each([
  ['what fits stays', 'pg1', 3, 'pg1'],
  ['what is too long ends with an ellipsis', 'copying 1.2 of 4.0 GB', 10, 'copying 1…'],
  ['no space stands before the ellipsis', 'copying 1.2', 9, 'copying…'],
  ['wide letters take two columns', '主データベース', 7, '主デー…'],
  ['an emoji of several code points stays whole', '👩‍🚒👩‍🚒👩‍🚒', 4, '👩‍🚒…'],
  ['lines become one', 'write /a\n  write /b\r\nwrite /c', 80, 'write /a write /b write /c'],
  ['letters outside the basic plane stay whole', '🐘🐘🐘', 3, '🐘…'],
  ['one column has room for the ellipsis', 'pg1', 1, '…'],
  ['a terminal of unknown width sets no limit', 'pg1', NaN, 'pg1'],
  ['nor does one that is narrower than what stands before', 'pg1', -3, 'pg1'],
])('%s', (_reason, text, width, shortened) => {
  expect(shorten(text, width)).toBe(shortened);
});

test('a padded text ends at the same column whatever its letters are', () => {
  expect(['pg1', '主系', 'é'].map((text) => columnsOf(pad(text, 6)))).toEqual([6, 6, 6]);
});

test('a table of wide letters keeps its columns', () => {
  const rows = [
    ['主系', 'primary'],
    ['pg2', ''],
    ['🐘', 'replica'],
  ];

  expect(tableText(rows, { head: ['NODE', 'ROLE'] })).toBe(
    ['NODE  ROLE', '主系  primary', 'pg2', '🐘    replica'].join('\n'),
  );
});

test.each([
  ['breaks at spaces', 'write it to the file', 8, ['write it', 'to the', 'file']],
  ['counts columns', '主系 副系 副系', 9, ['主系 副系', '副系']],
  ['leaves a long word whole', 'see /var/lib/pgbackrest now', 5, ['see', '/var/lib/pgbackrest', 'now']],
  ['takes lines for spaces', 'one\r\ntwo', 80, ['one two']],
  ['has one empty line for nothing', '', 80, ['']],
])('wrapping %s', (_reason, text, columns, lines) => {
  expect(wrap(text, columns)).toEqual(lines);
});
