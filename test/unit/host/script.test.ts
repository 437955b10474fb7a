import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { script, scriptFile } from '../../../src/host/script.ts';
import { sourcePaths } from '../../support/sources.ts';

const paths = readdirSync('templates/run', { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.(sh|pl)$/.test(path),
);
const scripts = paths.filter((path) => path.endsWith('.sh'));

test.each(scripts)('%s stands alone when it is sent', (path) => {
  const [shell = '', ...words] = script(path, 'a b');
  const text = words.at(-3)!;

  expect(scriptFile(path)).toMatch(new RegExp(`^#!/bin/${shell}\n# \\S`));
  expect(text).not.toMatch(/^#|^\. \.\//);
  expect(text).not.toContain('\n. ./');
  expect(words.slice(-2)).toEqual([shell, 'a b']);
  execFileSync(shell, ['-n', '-c', text]);
});

test('what a script reads of another stands in it', () => {
  const text = script('operation/lock-status.sh').join('\n');
  expect(text).toContain('see_holder() {');
});

test('a script of Bash reads no start-up files', () => {
  expect(script('host/read-files.sh').slice(0, 3)).toEqual(['bash', '--norc', '-c']);
});

test('every script is used', () => {
  const sources = sourcePaths().map((path) => readFileSync(`src/${path}`, 'utf8'));
  const all = [...sources, ...scripts.map(scriptFile)].join('\n');
  const named = (path: string): boolean =>
    all.includes(`'${path}'`) || new RegExp(`^\\. \\./(\\S*/)?${path.replace(/.*\//, '')}$`, 'm').test(all);
  expect(paths.filter((path) => !named(path))).toEqual([]);
});
