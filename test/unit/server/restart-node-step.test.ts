import { expect, test } from 'vitest';
import { fileSettings } from '../../../src/postgres/file-settings.ts';
import { controlOf } from '../../../src/postgres/control/control-of.ts';
import { newestChange } from '../../../src/system/paths.ts';
import { checkpoint } from '../../../src/postgres/wal.ts';
import { reloadSettings } from '../../../src/server/reload-settings-step.ts';
import { restartNode } from '../../../src/server/restart-node-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when, whenTrial, yesOrNo } from '../../support/answering.ts';
import { plan, primary, run } from '../../support/shop.ts';
import * as server from '../../../src/postgres/instance.ts';

const control = controlOf(primary);

/** A server that comes back, or does not. */
function serverThat(state: { running?: boolean; comesBack?: boolean } = {}) {
  const now = { running: true, comesBack: true, failed: false, invocation: 1, loadedAt: 100, ...state };
  const begin = (): void => {
    now.invocation += 1;
    now.running = now.comesBack;
    now.failed = !now.comesBack;
  };
  const fake = fakeHost(
    {},
    answering(
      when(server.acceptsConnections(primary), () => yesOrNo(now.running)),
      when(
        control.state,
        () => `ActiveState=${now.failed ? 'failed' : 'active'}
InvocationID=${now.invocation}
`,
      ),
      whenTrial('nothing\n'),
      when(control.fatal, ''),
      when(control.log(15), 'FATAL:  no space left'),
      when(control.restart, begin),
      when(control.start, begin),
      when(checkpoint(primary), ''),
      when(newestChange(Object.values(primary.files)), '50'),
      when(fileSettings(primary), () => json({ loadedAt: now.loadedAt, pendingRestart: [], errors: [] })),
      when(control.reload, () => void (now.loadedAt += 1)),
    ),
  );
  return { ...fake, now };
}

test('a server that runs is restarted once, for what waits, and its silence is told', async () => {
  const { host, now, ran } = serverThat();
  const silences: number[] = [];
  const step = restartNode(primary, {
    reasons: ['max_connections'],
    onSilence: (seconds) => silences.push(seconds),
  });

  expect((await plan(step, host)).changes).toEqual(['restart PostgreSQL for max_connections']);
  expect(ran).toEqual([]);
  expect((await run(step, host)).status).toBe('changed');

  expect(now.invocation).toBe(2);
  expect(silences).toHaveLength(1);
  expect(silences[0]).toBeGreaterThanOrEqual(0);
});

test('a server that is down is started, and nobody says for how long it was silent', async () => {
  const { host } = serverThat({ running: false });
  const silences: number[] = [];
  const step = restartNode(primary, { reasons: [], onSilence: (seconds) => silences.push(seconds) });

  expect((await run(step, host)).changes).toEqual(['start PostgreSQL']);
  expect(silences).toEqual([]);
});

test('a server that does not come back fails with its last words', async () => {
  const { host } = serverThat({ comesBack: false });

  await expect(run(restartNode(primary, { reasons: [] }), host)).rejects.toMatchObject({
    exitCode: 6,
    why: expect.stringContaining('no space left'),
  });
});

test('a reload is done even when no file is new, and only when the server has read them it is over', async () => {
  const { host, ran } = serverThat();
  const step = reloadSettings(primary, { always: true });

  expect((await plan(step, host)).changes).toEqual(['reload PostgreSQL']);
  expect((await run(step, host)).status).toBe('changed');
  expect(ran).toHaveLength(1);
});
