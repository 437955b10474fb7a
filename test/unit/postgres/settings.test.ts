import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { quote } from '../../../src/host/quote.ts';
import { settingsRefusal } from '../../../src/postgres/settings.ts';
import { newestChange } from '../../../src/system/paths.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf();
const instance = instanceOf(cluster, cluster.primary);

test('PostgreSQL itself judges values, each as one argument', () => {
  const query = settingsRefusal(instance, { work_mem: '64 MB', search_path: `"$user", 'a'` });

  expect(quote(query.argv.slice(3))).toMatchInlineSnapshot(
    `"sh /usr/lib/postgresql/17/bin/postgres -D /etc/postgresql/17/main -C port -c 'work_mem=64 MB' -c 'search_path="$user", '\\''a'\\'''"`,
  );
  expect(query.asUser).toBe('postgres');
});

test.each([
  ['silence is consent', 'exec true', undefined],
  ['what it prints to stdout is the port', 'echo 5432', undefined],
  ['its words are the reason', 'echo FATAL: no >&2; exit 1', 'FATAL: no'],
  ['an end without words has a number', 'exit 9', 'postgres -C ended with 9'],
])('%s', (_reason, program, refusal) => {
  const query = settingsRefusal(instance, {});
  const argv = [...query.argv.slice(1, 4), 'sh', '-c', program];

  const { stdout } = spawnSync('sh', argv, { encoding: 'utf8' });

  expect(query.parse(stdout)).toBe(refusal);
});

test.each([
  ['a time', '1763699000.123456789\n', 1763699000.1234567],
  ['no file at all', '', 0],
])('the newest change is %s', (_reason, stdout, seconds) => {
  expect(newestChange(['/a']).parse(stdout)).toBeCloseTo(seconds, 4);
});

test.runIf(process.platform === 'linux')('the newest of the files that exist counts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-stat-'));
  const [older, newer] = [join(directory, 'older'), join(directory, '-newer file')];
  for (const [file, time] of [
    [older, 1000],
    [newer, 2000.25],
  ] as const) {
    writeFileSync(file, '');
    utimesSync(file, time, time);
  }
  const [program = '', ...words] = newestChange([newer, older, join(directory, 'missing')]).argv;

  const { stdout } = spawnSync(program, words, { encoding: 'utf8' });
  rmSync(directory, { recursive: true });

  expect(newestChange([]).parse(stdout)).toBeCloseTo(2000.25, 3);
});
