import { expect, test } from 'vitest';
import { controlOf } from '../../../src/postgres/control/control-of.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { checkpoint } from '../../../src/postgres/wal.ts';
import { restartNode } from '../../../src/server/restart-node-step.ts';
import { answering, when, whenTrial, yesOrNo } from '../../support/answering.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { primary, run } from '../../support/shop.ts';

const control = controlOf(primary);
const { settings } = primary.files;
const remembered = `${primary.dbctlDirectory}/dbctl.conf.ran`;

/** A server that starts with "good" settings only, and runs. */
function serverWith(files: Readonly<Record<string, string>>, trial = 'nothing\n') {
  const now = { running: true, invocation: 1 };
  const fake = fakeHost(
    files,
    answering(
      when(acceptsConnections(primary), () => yesOrNo(now.running)),
      when(
        control.state,
        () => `ActiveState=${now.running ? 'active' : 'failed'}\nInvocationID=${now.invocation}\n`,
      ),
      when(control.restart, begin),
      when(control.start, begin),
      when(checkpoint(primary), ''),
      when(control.fatal, 'FATAL: no sockets'),
      when(control.log(15), 'journal'),
      whenTrial(trial),
    ),
  );
  function begin(): void {
    now.invocation += 1;
    now.running = fake.disk.get(settings)?.content === 'good';
  }
  return { ...fake, now };
}

test('a server that does not start with new settings gets back those that it ran with', async () => {
  const { host, disk, now } = serverWith({ [settings]: 'bad', [remembered]: 'good' });
  const told: string[] = [];
  const step = restartNode(primary, { reasons: [], onUndone: async () => void told.push('undone') });

  await expect(run(step, host)).rejects.toMatchObject({
    exitCode: 6,
    message: 'PostgreSQL did not start on pg1 with its new settings; it runs again with those that it had',
    why: expect.stringMatching(/^FATAL: no sockets\n/),
  });
  expect(disk.get(settings)?.content).toBe('good');
  expect(now.running).toBe(true);
  expect(told).toEqual(['undone']);
});

test.each([
  ['it never ran with others', {}],
  ['it ran with the same', { [remembered]: 'bad' }],
])('nothing is put back when %s', async (_reason, files) => {
  const { host, disk } = serverWith({ [settings]: 'bad', ...files });

  await expect(run(restartNode(primary, { reasons: [] }), host)).rejects.toMatchObject({
    message: 'PostgreSQL did not start on pg1: its unit failed',
  });
  expect(disk.get(settings)?.content).toBe('bad');
});

test('a server that would not come back is not stopped', async () => {
  const { host, now } = serverWith({ [settings]: 'bad' }, 'refused\nFATAL:  no library\n');

  await expect(run(restartNode(primary, { reasons: [] }), host)).rejects.toMatchObject({
    exitCode: 4,
    message: 'PostgreSQL on pg1 would not start again, so it was not stopped',
    why: 'no library',
  });
  expect(now).toEqual({ running: true, invocation: 1 });
});
