import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { quote } from '../../../src/host/quote.ts';
import { awkwardStrings } from './awkward-strings.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-quote-'));
afterAll(() => rmSync(directory, { recursive: true }));

const exists = (shell: string): boolean => spawnSync(shell, ['-c', ':']).status === 0;

test.each(['sh', 'bash', 'dash'].filter(exists))('10,000 awkward words arrive in %s as they are', (shell) => {
  const words = awkwardStrings(10_000);
  const script = join(directory, `${shell}.sh`);
  writeFileSync(script, quote(['printf', '%s\\0', ...words]));

  const { stdout, status } = spawnSync(shell, [script], { maxBuffer: 2 ** 26 });

  expect(status).toBe(0);
  expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words);
});

test.each([
  ['plain words stay readable', ['ls', '-l', '/etc/dbctl/a_b.crt'], 'ls -l /etc/dbctl/a_b.crt'],
  ['an empty word is still a word', ['echo', '', 'x'], "echo '' x"],
  ['a quote leaves the quotes and comes back', ["it's"], `'it'\\''s'`],
  ['a line break is data', ['a\nb'], "'a\nb'"],
  ['a line break at the end does not slip through', ['a\n'], "'a\n'"],
  ['a home directory is not looked up', ['~root'], "'~root'"],
  ['letters of other languages are quoted', ['ü'], "'ü'"],
])('%s', (_reason, argv, line) => {
  expect(quote(argv)).toBe(line);
});

test('NUL cannot travel in an argument', () => {
  expect(() => quote(['echo', 'a\0b'])).toThrow('must not contain a NUL');
});
