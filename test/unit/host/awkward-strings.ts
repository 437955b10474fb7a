// Strings as nobody would choose them, the same ones in every run unless a seed is given.

const marks = [
  `'`,
  `"`,
  '\\',
  '`',
  '$',
  '!',
  '#',
  '%',
  '@',
  ':',
  '/',
  '~',
  '*',
  '?',
  '[',
  ']',
  '(',
  ')',
  '<',
  '>',
];
const more = [
  '|',
  '&',
  ';',
  '=',
  '-',
  '--',
  ' ',
  '  ',
  '\t',
  '^',
  '+',
  ',',
  '$(id)',
  '${x}',
  '!!',
  '%s',
  '{a,b}',
];
const letters = ['a', 'Z', '0', '_', '.', 'é', 'ü', '漢', '🐘', '\u200d', '\u00a0'];
const pairs = ["''", '""', '\\\\', "\\'", '$1', '\\n', '\\0'];
const pieces = [...marks, ...more, ...letters, ...pairs];
const controls = ['\n', '\r', '\u0001', '\u007f', '\u001b[31m', '\\\n'];

/** A small generator of numbers from 0 to 1 (mulberry32), so that a failure can be repeated. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many strings of up to 12 pieces each, the empty one among them; with line breaks and escapes unless told not to. */
export function awkwardStrings(
  count: number,
  { oneLine = false, seed = 20_240_229 } = {},
): readonly string[] {
  const next = numbers(seed);
  const from = oneLine ? pieces : [...pieces, ...controls];
  const piece = (): string => from[Math.floor(next() * from.length)] ?? '';
  const random = (): string => Array.from({ length: Math.floor(next() * 13) }, piece).join('');
  return ['', ...from, ...Array.from({ length: count - from.length - 1 }, random)];
}
