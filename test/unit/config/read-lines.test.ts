import { parse } from 'dotenv';
import { expect, test } from 'vitest';
import { quoteValue } from '../../../src/config/cluster-text.ts';
import { readLines } from '../../../src/config/read-lines.ts';
import { parseCluster } from '../../../src/config/load.ts';
import { fileOf, problemsOf } from '../../support/cluster-file.ts';

const valueOf = (line: string): string | undefined => readLines(line, 'f').entries[0]?.value;
const problemOf = (line: string): string | undefined => readLines(line, 'f').problems[0]?.text;

test.each([
  ['A=b', 'b'],
  ['  export A = b  ', 'b'],
  ['A=', ''],
  ["A=''", ''],
  ["A=' b '", ' b '],
  ["A='b#c' # comment", 'b#c'],
  ['A=b # comment', 'b'],
  ['A= # comment', ''],
  ['A="it\'s"', "it's"],
  ['A=`"it\'s"`', '"it\'s"'],
  ["A='a\\nb'", 'a\\nb'],
  ["A='b\\'", 'b\\'],
  ["A=it's", "it's"],
  ['A=$HOME', '$HOME'],
  ['A=b=c', 'b=c'],
])('%s is read as %j', (line, value) => {
  expect(valueOf(line)).toBe(value);
  expect(readLines(line, 'f').problems).toEqual([]);
});

test.each([
  ['A=b#c', 'an unquoted # starts a comment'],
  ['A=#c', 'an unquoted # starts a comment'],
  ["A='b", 'never closed'],
  ['A="b\\"c"', 'continues after its closing "'],
  ["A='it's'", "continues after its closing '"],
  ['A="a\\nb"', 'become line breaks'],
  ['A: b', 'neither NAME=value nor a # comment'],
  ['just words', 'neither NAME=value nor a # comment'],
  ['=b', 'neither NAME=value nor a # comment'],
  ['A B=c', 'neither NAME=value nor a # comment'],
  ['A=b\0c', 'control character'],
  ['A=b\u001B[31m', 'control character'],
  ['# comment\rA=b', 'control character'],
  ["A='b\\' #'", 'cannot be read as written'],
])('%j is refused: %s', (line, text) => {
  expect(problemOf(line)).toContain(text);
});

test('a slip on one line does not change the next', () => {
  const { entries, problems } = readLines("A='b\nB=c\nC='d'\n", 'f');

  expect(entries.map(({ name, value, line }) => [name, value, line])).toEqual([
    ['B', 'c', 2],
    ['C', 'd', 3],
  ]);
  expect(problems).toMatchObject([{ setting: 'A', line: 1 }]);
});

test('a value that ends in a backslash does not reach into the next line', () => {
  const { entries } = readLines("A='b\\'\n# don'\nB=c\n", 'f');

  expect(entries.map(({ value }) => value)).toEqual(['b\\', 'c']);
});

test('a byte-order mark and Windows line endings are named, with a command that removes them', () => {
  const text = `\uFEFF${fileOf()}`.replaceAll('\n', '\r\n');

  expect(problemsOf(() => parseCluster(text, 'f'))).toMatchInlineSnapshot(`
    "f has 2 problems
    the file starts with a byte-order mark (BOM)
    the file has Windows line endings (CRLF)"
  `);
});

test('a file that is something else altogether gets a short answer', () => {
  const problems = problemsOf(() => parseCluster(`${'x '.repeat(500_000)}\n${'word\n'.repeat(1000)}`, 'f'));

  expect(problems).toContain('line 1: the file is longer than 10000 characters');
  expect(problems.split('\n')).toHaveLength(52);
});

test('a password behind which a comment seems to start is refused', () => {
  const text = fileOf({ POSTGRES_PASSWORD: 'correct horse #battery' });

  expect(problemsOf(() => parseCluster(text, 'f'))).toContain(
    'POSTGRES_PASSWORD is followed by an unquoted #',
  );
});

const alphabet = [
  ...Array.from(' \'"`\\$#%@:/=,;&|<>(){}[]!?*~^abnr0'),
  'ü',
  '日',
  '🔑',
  '\u00A0',
  '\u2028',
  'e\u0301',
];

function randomText(seed: number): string {
  let state = seed * 2654435761 + 1;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: next(24) }, () => alphabet[next(alphabet.length)]!).join('');
}

test('a quoted value is read back unchanged, by dotenv too, or it is refused', () => {
  let refused = 0;
  const changed: string[] = [];
  for (let seed = 0; seed < 20_000; seed += 1) {
    const text = randomText(seed);
    let written;
    try {
      written = quoteValue(text, 'A');
    } catch {
      refused += 1;
      expect(text).toMatch(/'.*`|`.*'|\\/su);
      continue;
    }
    // Compared here: an assertion takes ten times as long, twenty thousand times.
    const line = `A=${written}`;
    if (valueOf(line) !== text || parse(line)['A'] !== text) changed.push(text);
  }
  expect(changed).toEqual([]);
  expect(refused).toBeLessThan(3000);
});

test.each(['\' " \\ $ # % @ : / ü', "p`w#'", 'ends with \\', ' outer spaces ', "'quoted'", '#', '"'])(
  'the value %j can be written',
  (text) => {
    expect(valueOf(`A=${quoteValue(text, 'A')}`)).toBe(text);
  },
);

const advising = (next: string): unknown =>
  expect.objectContaining({ next: [expect.stringContaining(next)] as unknown });

test.each(['a\nb', 'a\0b', '\'"`#'])(
  'the value %j cannot be written, and the error names the way out',
  (text) => {
    expect(() => quoteValue(text, 'CLUSTER_SSH_KEY')).toThrow(advising('may have another name'));
    expect(() => quoteValue(text, 'MINIO_SECRET_KEY')).toThrow(advising('--secret-key-file FILE'));
  },
);
