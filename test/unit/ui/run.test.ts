import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { publishCluster } from '../../../src/config/loaded.ts';
import { CommandError, RefusedError } from '../../../src/model/errors.ts';
import { commandHost } from '../../../src/host/command-host.ts';
import { action } from '../../../src/host/command.ts';
import { Secret } from '../../../src/model/secret.ts';
import { openRunLog, type RunLog } from '../../../src/ui/run-log.ts';
import { Run, type RunOptions } from '../../../src/ui/run.ts';
import { written } from '../../support/written.ts';

const password = 'correct horse battery staple';
const cluster = { name: 'shop', password: new Secret(password) };

/** A run, and what it shows on stderr. */
function begin(options: Partial<RunOptions> = {}) {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'dbctl-run-'));
  const { terminal, text } = written(false);
  const run = new Run({
    command: 'backup setup',
    line: 'dbctl backup setup',
    version: '1.0.0',
    verbosity: 'normal',
    hasEvents: false,
    terminal,
    stateDirectory,
    ...options,
  });
  onTestFinished(() => run.end(0));
  const events = () =>
    text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const logs = () => {
    const directory = join(stateDirectory, 'shop');
    return readdirSync(directory).map((name) => join(directory, name));
  };
  return { run, text, events, logs, stateDirectory };
}

const host = commandHost('pg1', async ({ argv }) => ({
  outcome: { kind: 'exited', code: argv[0] === 'false' ? 1 : 0 },
  stdout: '',
  stderr: argv[0] === 'false' ? `no: ${password}\n` : '',
}));

test('-v shows each command with its host, duration and exit code, and neither its input nor a secret', async () => {
  const { text } = begin({ verbosity: 'verbose' });
  publishCluster(cluster as never);

  await host.run(action(['psql', '-f', '-'], { asUser: 'postgres', stdin: cluster.password }));
  await host.run(action(['echo', password]));
  await host.run(action(['sh', '-c', '\nset -e\necho one\necho two', 'sh', '/etc']));
  await host.writeFile('/etc/motd', 'hello', { owner: 'root:adm', mode: 0o640 });

  expect(text().replaceAll(/\d+(\.\d+)? s/g, '0 s')).toBe(
    [
      'pg1 0 s exit 0 $ setpriv --reuid=postgres --regid=postgres --init-groups -- psql -f - < 28 B',
      "pg1 0 s exit 0 $ echo '[secret]'",
      "pg1 0 s exit 0 $ sh -c 'echo one …' sh /etc",
      'pg1 0 s exit 0 $ install -o root -g adm -m 640 /dev/stdin /etc/motd < 5 B\n',
    ].join('\n'),
  );
});

test('without -v no command is shown, with and without events', async () => {
  const [plain, json] = [begin(), begin({ hasEvents: true })];

  await host.run(action(['true']));

  expect(plain.text()).toBe('');
  expect(json.events().map(({ event }) => event)).toEqual(['run-started']);
});

test('a log is kept of a run that changes a cluster, for its owner only, without secrets', async () => {
  const { run, text, logs, stateDirectory } = begin();

  run.keepLog(cluster);
  run.keepLog(cluster);
  await host.run(action(['true'], { stdin: cluster.password }));
  await expect(host.run(action(['false']))).rejects.toThrow('exit code 1');
  run.tell({ event: 'note', stage: 'Start', host: 'pg1', note: `waiting for ${password}` });
  const code = run.fail(new CommandError({ what: 'it failed', why: 'because', next: ['try again'] }));
  run.end(code);

  const [log = '', ...others] = logs();
  expect(others).toEqual([]);
  expect(log).toMatch(/\/\d{8}T\d{6}\.\d{3}Z-backup-setup\.log$/);
  expect([statSync(log).mode & 0o777, statSync(join(stateDirectory, 'shop')).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
  const told = readFileSync(log, 'utf8')
    .replaceAll(/^\S+Z /gm, '')
    .replaceAll(/[\d.]+ s\b/g, '0 s');
  expect(told).toBe(
    [
      log,
      'dbctl 1.0.0: dbctl backup setup',
      'pg1 0 s exit 0 $ true < 28 B',
      'pg1 0 s exit 1 $ false',
      '  stderr: no: [secret]',
      'Start: pg1 … waiting for [secret]',
      'error it failed',
      '  because',
      '  → try again',
      'exit code 5, 0 s\n',
    ].join('\n'),
  );
  expect(text()).toBe(`error it failed\n  because\n→ try again\nthe whole run: ${log}\n`);
});

test('a run that ends well does not speak of its log', () => {
  const { run, text } = begin();

  run.keepLog(cluster);
  run.end(0);

  expect(text()).toBe('');
});

test('with --json, errors are objects, and the end names the log', () => {
  const { run, events, logs } = begin({ hasEvents: true });

  run.keepLog(cluster);
  run.notice('beware');
  const failures = [new RefusedError({ what: 'no' }), new CommandError({ what: 'failed', next: ['again'] })];
  run.end(run.fail(new AggregateError(failures)));

  const at: unknown = expect.stringMatching(/^\d{4}-.*Z$/);
  expect(events()).toEqual([
    { at, event: 'run-started', command: 'dbctl backup setup', version: '1.0.0' },
    { at, event: 'warning', text: 'beware' },
    { at, event: 'error', what: 'no', why: null, next: [], exitCode: 4 },
    { at, event: 'error', what: 'failed', why: null, next: ['again'], exitCode: 5 },
    { at, event: 'run-ended', exitCode: 5, durationMs: expect.any(Number) as unknown, log: logs()[0] },
  ]);
});

test('a bug is an error event with its stack', () => {
  const { run, events } = begin({ hasEvents: true });

  expect(run.fail(new TypeError('x is undefined'))).toBe(1);

  expect(events()[1]).toMatchObject({ event: 'error', exitCode: 1, why: /TypeError: x is undefined\n +at / });
});

test('the newest fifty logs of a cluster are kept', () => {
  const { run, logs, stateDirectory } = begin();
  const directory = join(stateDirectory, 'shop');
  mkdirSync(directory);
  for (let day = 10; day < 70; day += 1)
    writeFileSync(join(directory, `202001${day}T000000.000Z-up.log`), '');
  writeFileSync(join(directory, 'notes.txt'), 'mine');

  run.keepLog(cluster);

  const names = logs().map((path) => path.split('/').at(-1)!);
  expect(names).toHaveLength(51);
  expect(names.toSorted()[0]).toBe('20200121T000000.000Z-up.log');
  expect(names).toContain('notes.txt');
});

test('a change is refused when its log cannot be written where logs are kept', () => {
  const { run, stateDirectory } = begin();
  writeFileSync(join(stateDirectory, 'shop'), 'in the way');

  expect(() => run.keepLog(cluster)).toThrow(RefusedError);
});

test('where no log can be kept at all, the run says so and goes on', () => {
  const { run, text } = begin({ stateDirectory: '/dev/null/dbctl' });

  run.keepLog(cluster);

  expect(text()).toMatch(/^this run is not logged: .*\/dev\/null/);
});

test('a log that grew too large keeps what failed', () => {
  const base = mkdtempSync(join(tmpdir(), 'dbctl-run-'));
  const log = openRunLog({ base, cluster: 'shop', command: 'up' }) as RunLog;
  const told = (command: string, exitCode: number) =>
    log.write({
      ...{ at: '', event: 'command', host: 'pg1', stdinBytes: 0, durationMs: 1, ended: 'exited', stderr: '' },
      command,
      exitCode,
    });

  for (const letter of ['a', 'b', 'c']) told(letter.repeat(5 * 1024 * 1024), 0);
  told('false', 1);
  log.close();

  const text = readFileSync(log.path, 'utf8');
  expect([text.includes('bbb'), text.includes('ccc'), text.includes('exit 1 $ false')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('two runs of one moment have logs of their own, and each names its own', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const place = { base: mkdtempSync(join(tmpdir(), 'dbctl-run-')), cluster: 'shop', command: 'up' };

  const [one, other] = [openRunLog(place) as RunLog, openRunLog(place) as RunLog];

  expect(other.path).not.toBe(one.path);
  expect([one, other].map(({ path }) => readFileSync(path, 'utf8'))).toEqual([
    `${one.path}\n`,
    `${other.path}\n`,
  ]);
});

test('a log that cannot be written to its end says so', () => {
  const base = mkdtempSync(join(tmpdir(), 'dbctl-run-'));
  const log = openRunLog({ base, cluster: 'shop', command: 'up' }) as RunLog;
  const warning = { at: '', event: 'warning', text: 'late' } as const;
  closeSync(descriptorOf(log.path));

  log.write(warning);

  expect(log.problem()).toContain('EBADF');
});

/** The one that this process has open on a file. */
const descriptorOf = (path: string): number =>
  Number(readdirSync('/proc/self/fd').find((fd) => linkOf(`/proc/self/fd/${fd}`) === path));

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // The listing's own is closed by now.
    return undefined;
  }
}
