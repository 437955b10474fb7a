import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPlanFile } from '../../../src/config/plan-file.ts';
import { ConfigError } from '../../../src/model/errors.ts';

const file = join(mkdtempSync(join(tmpdir(), 'dbctl-plan-')), 'plan.json');

test('a plan is read as it was answered', () => {
  const changes = [{ host: 'pg1', change: 'reload PostgreSQL', lines: [] }];
  writeFileSync(file, JSON.stringify({ cluster: 'shop', changes }));

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
    expect.objectContaining({ next: [`write one: dbctl plan -o json > ${file}`] }),
  );
});

test('a file that is not there is refused too', () => {
  expect(() => readPlanFile(`${file}.missing`)).toThrow(ConfigError);
});
