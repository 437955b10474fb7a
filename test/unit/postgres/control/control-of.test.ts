import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { controlOf, readControl, runnerOf } from '../../../../src/postgres/control/control-of.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { answering, when } from '../../../support/answering.ts';
import { primary } from '../../../support/shop.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'dbctl-runner-'));
const elsewhere = mkdtempSync(join(tmpdir(), 'dbctl-elsewhere-'));
afterAll(() => [dataDirectory, elsewhere].forEach((path) => rmSync(path, { recursive: true })));

const hostWhereRunnerIs = (runner: string) => fakeHost({}, answering(when(runnerOf(primary), runner))).host;

test.each(['', 'postgresql@17-main.service\n'])(
  'a server that %j runs is told by systemd',
  async (runner) => {
    expect((await readControl(hostWhereRunnerIs(runner), primary)).name).toBe(controlOf(primary).name);
  },
);

test.each(['patroni.service', 'session-3.scope'])('a server of %s is told nothing', async (runner) => {
  await expect(readControl(hostWhereRunnerIs(`${runner}\n`), primary)).rejects.toMatchObject({
    exitCode: 4,
    message: `PostgreSQL on pg1 is run by ${runner}, not by postgresql@17-main.service`,
    next: [expect.stringContaining(`systemctl status ${runner}`), expect.any(String), expect.any(String)],
  });
});

/** What this machine answers about a process that works in a directory and that the data directory's file names. */
function runnerWhenProcessIsIn(directory: string) {
  const process = spawn('sleep', ['60'], { cwd: directory });
  writeFileSync(join(dataDirectory, 'postmaster.pid'), `${process.pid}\n${dataDirectory}\n`);
  const { argv, parse } = runnerOf({ ...primary, dataDirectory });
  const { stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' });
  process.kill();
  return { runner: parse(stdout), stderr };
}

test('a process that only has the number of a server from before runs nothing', () => {
  expect(runnerWhenProcessIsIn(elsewhere)).toEqual({ runner: undefined, stderr: '' });
});

test('a server that works in its data directory belongs to a unit, if systemd runs here at all', () => {
  const { runner, stderr } = runnerWhenProcessIsIn(dataDirectory);

  expect(runner ?? 'none.service').toMatch(/^[^/]+\.(service|scope)$/);
  expect(stderr).toBe('');
});

test('a data directory without a server has nobody who runs it', () => {
  rmSync(join(dataDirectory, 'postmaster.pid'), { force: true });
  const { argv, parse } = runnerOf({ ...primary, dataDirectory });

  expect(parse(spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' }).stdout)).toBeUndefined();
});
