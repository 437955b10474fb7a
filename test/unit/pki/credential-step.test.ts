import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { takePlace } from '../../../src/pki/credential-step.ts';

let root: string;
let place: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dbctl-place-'));
  place = join(root, "it's place");
  return () => rmSync(root, { recursive: true });
});

function make(path: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

/** Really runs it, and answers what is in the place then. */
function take(aside: string, replace: boolean): Readonly<Record<string, string>> {
  const [program = '', ...rest] = takePlace(aside, place, { file: 'key', replace }).argv;
  execFileSync(program, rest);
  expect(readdirSync(root)).toEqual(["it's place"]);
  return Object.fromEntries(
    readdirSync(place).map((name) => [name, readFileSync(join(place, name), 'utf8')]),
  );
}

const mine = { key: 'mine', crt: 'mine' };
const theirs = { key: 'theirs', crt: 'theirs' };
const aside = (): string => make(`${place}.dbctl-1`, mine);

test('a place that is free is taken', () => {
  expect(take(aside(), false)).toEqual(mine);
});

test('the first of two stays, and nothing is left of the second', () => {
  make(place, theirs);

  expect(take(aside(), false)).toEqual(theirs);
});

test('a pair of key and certificate that is not whole makes room for the new one', () => {
  make(place, { crt: 'theirs' });

  expect(take(aside(), false)).toEqual(mine);
});

test('what is to be replaced makes room', () => {
  make(place, theirs);

  expect(take(aside(), true)).toEqual(mine);
});

test('what an earlier run left aside goes too', () => {
  make(`${place}.dbctl-0`, theirs);

  expect(take(aside(), false)).toEqual(mine);
});
