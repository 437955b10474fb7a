import { expect, test } from 'vitest';
import { CommandError } from '../../../src/model/errors.ts';
import { followLongWork } from '../../../src/host/long-work.ts';
import { fakeHost } from '../../support/fake-host.ts';

const unit = { name: 'dbctl-clone-pg2', description: 'Clone pg2', argv: ['true'], asUser: 'postgres' };
const states = {
  absent: 'LoadState=not-found\nActiveState=inactive\n',
  running: 'LoadState=loaded\nActiveState=active\nSubState=running\n',
  succeeded: 'LoadState=loaded\nActiveState=active\nSubState=exited\nExecMainCode=1\nExecMainStatus=0\n',
  failed:
    'LoadState=loaded\nActiveState=failed\nResult=exit-code\nExecMainCode=1\nExecMainStatus=3\nInvocationID=0a1b\n',
};

/** A host whose unit goes through these states, one for each time it is asked. */
function hostWith(...path: readonly (keyof typeof states)[]) {
  const left = [...path];
  return fakeHost({}, ([program]) => {
    if (program === 'systemctl') return states[left.shift() ?? 'absent'];
    return program === 'journalctl' ? 'no space left on device\n' : undefined;
  });
}

const programs = (ran: readonly string[]): readonly string[] => ran.map((line) => line.split(' ')[0] ?? '');

test('work that is not there is started, followed to its end, and forgotten', async () => {
  const { host, ran } = hostWith('absent', 'running', 'running', 'succeeded');
  let polls = 0;
  await followLongWork(host, unit, () => void (polls += 1));
  expect(programs(ran)).toEqual(['systemd-run', 'sh']);
  expect(polls).toBe(2);
});

test('work that is running already is joined, not started twice', async () => {
  const { host, ran } = hostWith('running', 'running', 'succeeded');
  await followLongWork(host, unit);
  expect(programs(ran)).toEqual(['sh']);
});

test('work that ended while nobody looked is not done again', async () => {
  const { host, ran } = hostWith('succeeded', 'succeeded');
  await followLongWork(host, unit);
  expect(programs(ran)).toEqual(['sh']);
});

test('work that failed in an earlier run is started anew', async () => {
  const { host, ran } = hostWith('failed', 'succeeded');
  await followLongWork(host, unit);
  expect(programs(ran)).toEqual(['sh', 'systemd-run', 'sh']);
});

test('work that fails says so with the last words of its journal', async () => {
  const { host } = hostWith('absent', 'failed');
  await expect(followLongWork(host, unit)).rejects.toMatchObject({
    message: 'Clone pg2 failed on pg1',
    why: 'exit code 3\nno space left on device',
    exitCode: 5,
  });
});

test('one look that fails says nothing of the work, and is repeated', async () => {
  const answers = [states.running, undefined, states.succeeded];
  const { host } = fakeHost({}, ([program]) => {
    if (program !== 'systemctl') return undefined;
    const answer = answers.shift();
    if (answer === undefined) throw new CommandError({ what: 'Failed to connect to bus' });
    return answer;
  });

  await followLongWork(host, unit);

  expect(answers).toEqual([]);
});

test('work that somebody stopped is not taken for done', async () => {
  const { host } = hostWith('absent', 'running', 'absent');
  await expect(followLongWork(host, unit)).rejects.toMatchObject({
    why: expect.stringContaining('it was stopped from outside'),
  });
});
