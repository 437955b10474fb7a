import { expect, onTestFinished, test } from 'vitest';
import { commandHost } from '../../../src/host/command-host.ts';
import type { Ending } from '../../../src/host/execution.ts';
import {
  type CommandSeen,
  observeSessions,
  publishLogin,
  watchCommands,
} from '../../../src/host/watch-commands.ts';
import { Secret } from '../../../src/model/secret.ts';
import { action } from '../../../src/host/command.ts';

/** Everything that is seen until the test is over. */
function watch(): readonly object[] {
  const seen: object[] = [];
  onTestFinished(watchCommands((one) => void seen.push(one)));
  return seen;
}

const hostThatEnds = (ending: Partial<Ending>) =>
  commandHost('pg1', async () => ({
    outcome: { kind: 'exited', code: 0 },
    stdout: '',
    stderr: '',
    ...ending,
  }));

test('a command is told with its host, its account and its duration, and never with its input', async () => {
  const seen = watch();

  await hostThatEnds({}).run(action(['psql', '-X'], { asUser: 'postgres', stdin: new Secret('pässword') }));

  const durationMs: unknown = expect.any(Number);
  expect(seen).toEqual([
    {
      kind: 'command',
      host: 'pg1',
      argv: ['psql', '-X'],
      asUser: 'postgres',
      stdinBytes: 9,
      durationMs,
      outcome: { kind: 'exited', code: 0 },
      stderr: '',
    },
  ]);
});

test('one that fails is told with what it said, and one whose connection broke as lost', async () => {
  const seen = watch() as readonly CommandSeen[];
  const broken = commandHost('pg2', () => Promise.reject(new Error('gone')));

  await expect(
    hostThatEnds({ outcome: { kind: 'exited', code: 3 }, stderr: 'no such unit' }).run(action(['x'])),
  ).rejects.toThrow('exit code 3');
  await expect(broken.run(action(['y']))).rejects.toThrow('gone');

  expect(seen.map(({ host, outcome, stderr }) => ({ host, outcome, stderr }))).toEqual([
    { host: 'pg1', outcome: { kind: 'exited', code: 3 }, stderr: 'no such unit' },
    { host: 'pg2', outcome: { kind: 'lost' }, stderr: '' },
  ]);
});

test('a login is observeCommand, and nothing any more to one who stopped listening', async () => {
  const seen: object[] = [];
  const stop = watchCommands((one) => void seen.push(one));

  publishLogin('10.0.0.11', 'root', performance.now());
  stop();
  await hostThatEnds({}).run(action(['true']));

  expect(seen).toMatchObject([{ kind: 'login', host: '10.0.0.11', user: 'root' }]);
});

test('a command that stays open is told of when it begins', async () => {
  const seen = watch();
  const openSession = observeSessions('pg1', async () => 'a conversation' as never);

  expect(await openSession(['bash', '-c', 'read'])).toBe('a conversation');
  expect(seen).toMatchObject([
    { kind: 'command', host: 'pg1', argv: ['bash', '-c', 'read'], outcome: { kind: 'stays open' } },
  ]);
});
