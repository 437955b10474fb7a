import { expect, test } from 'vitest';
import { lastLines, printable } from '../../../src/host/printable.ts';

test.each([
  ['\u001B[31mred\u001B[0m', 'red'],
  ['\u001B]0;title\u0007text', 'text'],
  ['\u001B]8;;http://evil\u001B\\link\u001B]8;;\u001B\\', 'link'],
  ['a\rb\bc\u0000d\u009B31me', 'abcd31me'],
  ['safe \u202Eelif\u2066', 'safe elif'],
  ['tab\tnewline\nüñí ☃', 'tab\tnewline\nüñí ☃'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('only the last lines are kept, and of a flood not even those in full', () => {
  expect(lastLines('one\ntwo\nthree\n\n', 2)).toBe('two\nthree');
  expect(lastLines('x'.repeat(1_000_000), 20)).toHaveLength(8000);
});
