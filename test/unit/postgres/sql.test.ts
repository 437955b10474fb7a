import { expect, test } from 'vitest';
import { identifier, literal } from '../../../src/postgres/sql.ts';
import { awkwardStrings } from '../host/awkward-strings.ts';

const strings = awkwardStrings(10_000);

/** What SQL reads between two marks: a doubled mark is one, a single one ends it, everything else is itself. */
function readBetween(mark: string, text: string): string {
  let value = '';
  let at = 1;
  for (; at < text.length - 1; at += 1) {
    if (text[at] === mark && text[(at += 1)] !== mark) throw new Error(`ends too soon: ${text}`);
    value += text[at];
  }
  if (text[0] !== mark || text[at] !== mark || at !== text.length - 1) throw new Error(`not closed: ${text}`);
  return value;
}

test('10,000 awkward texts are one literal each', () => {
  expect(strings.map((text) => readBetween("'", literal(text)))).toEqual(strings);
});

test('10,000 awkward names are one identifier each', () => {
  expect(strings.map((text) => readBetween('"', identifier(text)))).toEqual(strings);
});

test('a text cannot end its literal', () => {
  expect(literal(`'; drop table orders; --`)).toBe(`'''; drop table orders; --'`);
  expect(identifier(`a"; drop role postgres; --`)).toBe(`"a""; drop role postgres; --"`);
});

test('a backslash is a backslash, also before a quote', () => {
  expect(literal(`a\\'b`)).toBe(`'a\\''b'`);
});

test('NUL ends a text for PostgreSQL, so it is refused', () => {
  expect(() => literal('a\0b')).toThrow('NUL');
  expect(() => identifier('a\0b')).toThrow('NUL');
});
