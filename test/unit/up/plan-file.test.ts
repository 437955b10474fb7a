import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPlanFile } from '../../../src/up/plan-file.ts';
import { ConfigError, RefusedError } from '../../../src/model/errors.ts';

const file = join(mkdtempSync(join(tmpdir(), 'dbctl-plan-')), 'plan.json');

test('a plan is read as it was answered', () => {
  const changes = [{ host: 'pg1', id: 'postgres.reload', change: 'reload PostgreSQL', lines: [] }];
  writeFileSync(file, JSON.stringify({ format: 1, dbctl: '1.0.0', cluster: 'shop', changes }));

  expect(readPlanFile(file)).toEqual(changes);
});

test.each([
  ['no JSON', 'pg1\n  reload PostgreSQL\n'],
  ['something else', '{"nodes": []}'],
  ['half of it', '{"changes": [{"host": "pg1"}]}'],
])('%s is refused, with how to write one', (_what, text) => {
  writeFileSync(file, text);

  expect(() => readPlanFile(file)).toThrow(ConfigError);
  expect(() => readPlanFile(file)).toThrow(
    expect.objectContaining({ next: ['write one: dbctl plan -o json > plan.json'] }),
  );
});

test('a file that is not there is refused too', () => {
  expect(() => readPlanFile(`${file}.missing`)).toThrow(ConfigError);
});

test('a plan in a format of another dbctl is refused, with what to do', () => {
  writeFileSync(file, JSON.stringify({ format: 2, dbctl: '3.0.0', changes: [] }));

  expect(() => readPlanFile(file)).toThrow(RefusedError);
  expect(() => readPlanFile(file)).toThrow(
    expect.objectContaining({
      message: `${file} was written by dbctl 3.0.0, in a format that this dbctl does not know`,
      next: expect.arrayContaining(['write one: dbctl plan -o json > plan.json']),
    }),
  );
});
