import { expect, test } from 'vitest';
import { quote } from '../../../src/host/quote.ts';
import { addressesOf } from '../../../src/system/resolve.ts';

test('names are looked up by the host itself, addresses stand for themselves', () => {
  const query = addressesOf(['pg1.example.org', '10.0.0.12', 'fd00::13', 'pg2.example.org']);

  expect(quote(query.argv)).toMatchInlineSnapshot(
    `"sh -c 'for name do getent ahosts "$name" || { echo "$name" >&2; exit 1; }; done' sh pg1.example.org pg2.example.org"`,
  );
  expect(
    query.parse('10.0.0.11 STREAM pg1.example.org\n10.0.0.11 DGRAM\nfd00::11 STREAM\n10.0.0.12 STREAM pg2\n'),
  ).toEqual(['10.0.0.12', 'fd00::13', '10.0.0.11', 'fd00::11']);
});

test('without a name there is nothing to look up', () => {
  expect(addressesOf(['10.0.0.12']).parse('')).toEqual(['10.0.0.12']);
  expect(addressesOf([]).parse('')).toEqual([]);
});
