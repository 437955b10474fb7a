import { changing } from '../../support/changes.ts';
import { expect, test } from 'vitest';
import { withEvidence } from '../../../src/engine/evidence.ts';
import { runStep } from '../../../src/engine/run-step.ts';
import { CommandError, RefusedError, UnverifiedError } from '../../../src/model/errors.ts';
import { fakeHost } from '../../support/fake-host.ts';

const { host } = fakeHost();
const evidence = async (): Promise<string> => 'FATAL: port taken';
const thrownBy = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
const step = (apply: () => Promise<void>) => ({
  title: 'Start',
  diff: async () => changing('start it'),
  apply,
  evidence,
});

test('a step whose effect is not seen shows what the host says about it', async () => {
  const error = await thrownBy(
    runStep(
      step(async () => {}),
      host,
      () => {},
    ),
  );

  expect(error).toBeInstanceOf(UnverifiedError);
  expect(error).toMatchObject({ why: 'still different: start it\nFATAL: port taken', exitCode: 6 });
});

test('a command that failed in a step shows it too, below its own words', async () => {
  const failed = new CommandError({ what: 'it failed', why: 'systemctl restart x', next: ['log in'] });
  const fail = () => Promise.reject(failed);

  const error = await thrownBy(runStep(step(fail), host, () => {}));

  expect(error).toBeInstanceOf(CommandError);
  expect(error).toMatchObject({
    message: 'it failed',
    why: 'systemctl restart x\nFATAL: port taken',
    next: ['log in'],
    exitCode: 5,
  });
});

test('evidence is shown once, by whoever had it first', async () => {
  const first = new UnverifiedError({ what: 'no', evidence: 'its own log' });

  expect(await withEvidence(first, { evidence }, host)).toBe(first);
  expect(first.why).toBe('its own log');
});

const silent = () => Promise.reject(new Error('gone'));

test('a refusal, a bug, and a host that says nothing more are left alone', async () => {
  const refusal = new RefusedError({ what: 'no' });
  const bug = new Error('oops');
  const failure = new CommandError({ what: 'no' });
  expect(await withEvidence(refusal, { evidence }, host)).toBe(refusal);
  expect(await withEvidence(bug, { evidence }, host)).toBe(bug);
  expect(await withEvidence(failure, { evidence: silent }, host)).toBe(failure);
  expect(await withEvidence(failure, { evidence: async () => '' }, host)).toBe(failure);
  expect(await withEvidence(failure, {}, host)).toBe(failure);
});
