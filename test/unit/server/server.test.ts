import { expect, test } from 'vitest';
import { RefusedError, UnverifiedError } from '../../../src/model/errors.ts';
import { fileSettings, type FileSettings } from '../../../src/postgres/file-settings.ts';
import { controlOf } from '../../../src/postgres/control/control-of.ts';
import { newestChange } from '../../../src/system/paths.ts';
import { createDataDirectory, registerInstance } from '../../../src/server/data-directory-step.ts';
import { reloadSettings, restartWhenAsked } from '../../../src/server/reload-settings-step.ts';
import { startPostgres } from '../../../src/server/start-postgres-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when, whenTrial, yesOrNo } from '../../support/answering.ts';
import { plan, primary, run } from '../../support/shop.ts';
import * as server from '../../../src/postgres/instance.ts';

const control = controlOf(primary);

interface Server {
  hasData: boolean;
  registered: boolean;
  running: boolean;
  failed: boolean;
  invocation: number;
  changedAt: number;
  loaded: FileSettings;
  /** What happens to the unit when it is started. */
  start: () => void;
}

/** A host with one server, in whatever state. */
function serverThat(state: Partial<Server> = {}) {
  const now: Server = {
    hasData: true,
    registered: true,
    running: true,
    failed: false,
    invocation: 1,
    changedAt: 100,
    loaded: { loadedAt: 200, pendingRestart: [], errors: [] },
    start: () => (now.running = true),
    ...state,
  };
  const fake = fakeHost(
    {},
    answering(
      when(server.hasDataDirectory(primary), () => yesOrNo(now.hasData)),
      when(server.createData(primary), () => void (now.hasData = true)),
      when(server.isRegistered(primary), () => yesOrNo(now.registered)),
      when(server.register(primary), () => void (now.registered = true)),
      when(server.acceptsConnections(primary), () => yesOrNo(now.running)),
      when(
        control.state,
        () => `ActiveState=${now.failed ? 'failed' : 'active'}
InvocationID=${now.invocation}
`,
      ),
      when(control.start, () => now.start()),
      when(control.restart, () => {
        now.invocation += 1;
        now.loaded = { ...now.loaded, pendingRestart: [] };
      }),
      whenTrial('nothing\n'),
      when(control.fatal, ''),
      when(control.log(15), 'FATAL:  no space left'),
      when(newestChange(Object.values(primary.files)), () => String(now.changedAt)),
      when(fileSettings(primary), () => json(now.loaded)),
      when(control.reload, () => void (now.loaded = { ...now.loaded, loadedAt: 300 })),
    ),
  );
  return { ...fake, now };
}

const pending = { loadedAt: 200, pendingRestart: ['max_connections', 'shared_buffers'], errors: [] };

test.each([
  ['an empty cluster is made', createDataDirectory(primary), { hasData: false }],
  ['the instance is registered', registerInstance(primary), { registered: false }],
  ['the server is started', startPostgres(primary), { running: false }],
  ['changed files are loaded', reloadSettings(primary), { changedAt: 250 }],
  ['a restart that was asked for is done', restartWhenAsked(primary, { allowed: true }), { loaded: pending }],
])('%s: planned, done once, then in place', async (_reason, step, state) => {
  const { host, ran } = serverThat(state);

  expect((await plan(step, host)).status).toBe('planned');
  expect(ran).toEqual([]);
  expect((await run(step, host)).status).toBe('changed');
  expect(ran).toHaveLength(1);
  expect((await run(step, host)).status).toBe('in place');
  expect(ran).toHaveLength(1);
});

test.each([
  ['reloaded', reloadSettings(primary)],
  ['restarted', restartWhenAsked(primary, { allowed: true })],
])('a server that is not running is not %s', async (_word, step) => {
  const { host } = serverThat({ running: false, changedAt: 999, loaded: pending });

  expect(await run(step, host)).toEqual({ status: 'in place', changes: [] });
});

test('a restart that was not asked for is refused, and says which settings wait', async () => {
  const { host, ran } = serverThat({ loaded: pending });
  const step = restartWhenAsked(primary, { allowed: false });

  expect((await plan(step, host)).changes).toEqual([
    'restart PostgreSQL for max_connections, shared_buffers',
  ]);
  const error = await run(step, host).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(RefusedError);
  expect(error).toMatchObject({
    message: 'pg1 needs a restart for max_connections, shared_buffers',
    next: ['run the same command with --restart at a good time'],
  });
  expect(ran).toEqual([]);
});

test('without a setting that waits, it does not matter whether a restart is allowed', async () => {
  const { host } = serverThat();

  expect((await run(restartWhenAsked(primary, { allowed: false }), host)).status).toBe('in place');
});

test('settings that the server does not accept are an error, in its own words', async () => {
  const { host } = serverThat({
    loaded: { ...pending, errors: ['dbctl.conf:9: bad', 'pg_hba.conf:2: bad'] },
  });

  await expect(run(reloadSettings(primary), host)).rejects.toMatchObject({
    exitCode: 5,
    message: 'PostgreSQL on pg1 rejects its new settings and continues with the old ones',
    why: 'dbctl.conf:9: bad\npg_hba.conf:2: bad',
  });
});

test('a server whose unit fails is given up at once, with its last words', async () => {
  const { host, now } = serverThat({ running: false });
  now.start = () => void (now.failed = true);

  const error = await run(startPostgres(primary), host).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(UnverifiedError);
  expect(error).toMatchObject({
    message: 'PostgreSQL did not start on pg1: its unit failed',
    why: 'FATAL:  no space left',
  });
});

test('a server that needs a moment is waited for, and says so each time it is looked at', async () => {
  const { host, now } = serverThat({ running: false });
  now.start = () => void setTimeout(() => (now.running = true), 50);
  const notes: string[] = [];

  expect((await run(startPostgres(primary), host, notes)).status).toBe('changed');
  expect(notes.filter((note) => note === 'waiting until PostgreSQL answers').length).toBeGreaterThan(1);
});

test('the end of the old server is waited for before the new one is believed', async () => {
  const { host, now } = serverThat({ loaded: pending });
  const notes: string[] = [];
  const late = {
    ...host,
    run: async () =>
      void setTimeout(() => ((now.invocation = 2), (now.loaded = { ...pending, pendingRestart: [] })), 50),
  };

  expect((await run(restartWhenAsked(primary, { allowed: true }), late, notes)).status).toBe('changed');
  expect(notes).toContain('waiting until PostgreSQL has stopped');
});
