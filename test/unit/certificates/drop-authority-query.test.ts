// The moves that must leave the files whole wherever they are cut off.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Action } from '../../../src/host/command.ts';
import { dropAuthority } from '../../../src/certificates/rotation-step.ts';
import { replacePair } from '../../../src/pki/credential-step.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "dbctl-it's-"));
  return () => rmSync(root, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
}

function run({ argv: [program = '', ...rest] }: Action): void {
  execFileSync(program, rest, { stdio: 'pipe' });
}

const read = (): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(root).map((name) => [name, readFileSync(join(root, name), 'utf8')]));

test('a key and its certificate get their places', () => {
  write({ 'a.key': 'old', 'a.crt': 'old', 'b.key': 'new', 'b.crt': 'new' });

  run(
    replacePair(
      { from: join(root, 'b.key'), to: join(root, 'a.key') },
      { from: join(root, 'b.crt'), to: join(root, 'a.crt') },
    ),
  );

  expect(read()).toEqual({ 'a.key': 'new', 'a.crt': 'new' });
});

test('a certificate stays when its key was not there to be moved', () => {
  write({ 'a.key': 'old', 'a.crt': 'old', 'b.crt': 'new' });

  expect(() =>
    run(
      replacePair(
        { from: join(root, 'b.key'), to: join(root, 'a.key') },
        { from: join(root, 'b.crt'), to: join(root, 'a.crt') },
      ),
    ),
  ).toThrow();

  expect(read()).toEqual({ 'a.key': 'old', 'a.crt': 'old', 'b.crt': 'new' });
});

test.each([
  ['for the first time', { 'ca.key': 'old', 'ca.crt': 'old' }],
  ['after it was cut off between the two', { 'ca.key': 'new', 'ca.crt': 'old', 'ca.crt.dbctl-new': 'n' }],
])('the next CA takes the place of the one before it, %s', (_, files) => {
  write({ ...files, rotation: '{}' });
  mkdirSync(join(root, 'next'));
  write({ 'next/ca.key': 'new', 'next/ca.crt': 'new' });

  run(dropAuthority(root));

  expect(read()).toEqual({ 'ca.key': 'new', 'ca.crt': 'new' });
  expect(statSync(join(root, 'ca.key')).mode & 0o777).toBe(0o600);
});

test('once it has its place, only what is left over goes', () => {
  write({ 'ca.key': 'new', 'ca.crt': 'new', rotation: '{}' });
  mkdirSync(join(root, 'next.dbctl-gone'));
  write({ 'next.dbctl-gone/ca.key': 'new' });

  run(dropAuthority(root));

  expect(read()).toEqual({ 'ca.key': 'new', 'ca.crt': 'new' });
});
