import { expect, test } from 'vitest';
import { prepare } from '../../../src/postgres/saslprep.ts';

test.each([
  ['plain ASCII stays', `'"\\$ #%@:/`, `'"\\$ #%@:/`],
  ['composed and decomposed letters are one password', 'u\u0308', '\u00fc'],
  ['a compatibility letter becomes its plain form', '\ufb01', 'fi'],
  ['a non-breaking space becomes a space', 'a\u00a0b', 'a b'],
  ['a soft hyphen vanishes', 'a\u00adb', 'ab'],
  ['a forbidden control character leaves all as written', '\u0007\ufb01', '\u0007\ufb01'],
  ['a character newer than Unicode 3.2 leaves all as written', '😀\ufb01', '😀\ufb01'],
  ['mixed writing directions leave all as written', 'a\u05d0\ufb01', 'a\u05d0\ufb01'],
  ['a password of nothing but vanishing characters stays', '\u00ad', '\u00ad'],
])('%s', (_reason, password, prepared) => {
  expect(prepare(password)).toBe(prepared);
});
