import { expect, test } from 'vitest';
import { isEdited, sealed } from '../../../src/system/own-file.ts';

const written = sealed('a = 1\nb = 2\n');

test.each([
  ['as it was written', written, false],
  ['without a seal', 'a = 1\n', false],
  ['sealed while empty', sealed(''), false],
  ['with a line changed', written.replace('1', '3'), true],
  ['with a line after the seal', `${written}c = 3\n`, true],
  ['with a space after the seal', `${written} `, true],
  ['with the checksum cut short', written.slice(0, -9), true],
  ['with a line taken out', written.replace('b = 2\n', ''), true],
  ['with Windows line ends', written.replaceAll('\n', '\r\n'), true],
])('a text %s', (_how, text, edited) => {
  expect(isEdited(text)).toBe(edited);
});

test('what is sealed stands above, and the seal is a comment', () => {
  expect(written.startsWith('a = 1\nb = 2\n#')).toBe(true);
  expect(written.trimEnd().split('\n')).toHaveLength(3);
});
