// The script itself, on files of a data directory and a program that is a fake.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { script } from '../../../src/host/script.ts';

const [inFirst, inSecond] = ['000000010000000000000006', '000000020000000000000038'];

/** A replica on timeline 3, with the files in which timelines 1 and 2 ended. */
function replica({ signal = 'standby.signal', marked = [] as readonly string[] } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'dbctl-ends-'));
  const place = (name: string): string => join(root, name);
  for (const name of ['bin', 'data/pg_wal/archive_status']) mkdirSync(place(name), { recursive: true });
  if (signal) writeFileSync(place(`data/${signal}`), '');
  writeFileSync(place('data/pg_wal/00000002.history'), '1\t0/6028A10\tno recovery target specified\n');
  writeFileSync(
    place('data/pg_wal/00000003.history'),
    '1\t0/6028A10\tno recovery target specified\n\n2\t0/380000A0\tno recovery target specified\n',
  );
  for (const name of [inFirst, inSecond, '000000020000000000000037', '000000030000000000000038'])
    writeFileSync(place(`data/pg_wal/${name}`), '');
  for (const name of marked) writeFileSync(place(`data/pg_wal/archive_status/${name}`), '');
  const programs = {
    pg_controldata: 'echo "Bytes per WAL segment:                16777216"',
    setpriv: 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(place(`bin/${name}`), `#!/bin/sh\n${text}\n`);
    chmodSync(place(`bin/${name}`), 0o755);
  }
  const run = async (...words: readonly string[]): Promise<readonly string[]> => {
    const [file, ...argv] = script('postgres/left-ends.sh', place('bin'), place('data'), ...words);
    const { stdout } = await execa(file!, argv, { env: { PATH: `${place('bin')}:${process.env['PATH']}` } });
    return stdout.split('\n').filter(Boolean);
  };
  return { run, status: () => readdirSync(place('data/pg_wal/archive_status')).toSorted() };
}

test('the file in which each earlier timeline ended is marked, and no other', async () => {
  const { run, status } = replica();

  expect(await run()).toEqual([inFirst, inSecond]);
  expect(status()).toEqual([]);
  await run('mark');
  expect(status()).toEqual([`${inFirst}.done`, `${inSecond}.done`]);
  expect(await run()).toEqual([]);
});

test('one that waits to be archived waits no more', async () => {
  const { run, status } = replica({ marked: [`${inFirst}.done`, `${inSecond}.ready`] });

  expect(await run('mark')).toEqual([inSecond]);
  expect(status()).toEqual([`${inFirst}.done`, `${inSecond}.done`]);
});

test('a server that is no replica is left alone', async () => {
  const { run, status } = replica({ signal: '' });

  expect(await run('mark')).toEqual([]);
  expect(status()).toEqual([]);
});
