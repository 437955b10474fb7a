import { changing } from '../../support/changes.ts';
import { expect, test } from 'vitest';
import { runStep, withEvidence } from '../../../src/engine/run-step.ts';
import { change, check, job, textsOf, type Step } from '../../../src/engine/step.ts';
import { UnverifiedError, CommandError, RefusedError } from '../../../src/model/errors.ts';
import { fakeHost } from '../../support/fake-host.ts';

const path = '/etc/motd';
const attributes = { owner: 'root:root', mode: 0o644 };

const welcome: Step = {
  title: 'Welcome people',
  diff: async (host) => ((await host.readFile(path)) ? [] : changing(`write ${path}`)),
  apply: (host) => host.writeFile(path, 'hello\n', attributes),
};
const forgetful: Step = { ...welcome, apply: async () => {} };

/** Runs a step and collects what it reported. */
async function run(step: Step, host: ReturnType<typeof fakeHost>['host']) {
  const notes: string[] = [];
  const { status, changes } = await runStep(step, host, (note) => notes.push(note));
  return { outcome: { status, changes: textsOf(changes) }, notes };
}

test('a difference is said, applied, and looked at again', async () => {
  const { host, disk } = fakeHost();

  const { outcome, notes } = await run(welcome, host);

  expect(outcome).toEqual({ status: 'changed', changes: ['write /etc/motd'] });
  expect(notes).toEqual(['write /etc/motd']);
  expect(disk.get(path)?.content).toBe('hello\n');
});

test('what is in place stays untouched', async () => {
  const { host, disk } = fakeHost({ [path]: 'something else\n' });

  const { outcome, notes } = await run(welcome, host);

  expect(outcome).toEqual({ status: 'in place', changes: [] });
  expect(notes).toEqual([]);
  expect(disk.get(path)?.content).toBe('something else\n');
});

test('an effect that is not seen is an error that says what is still different', async () => {
  const { host } = fakeHost({}, {}, 'pg2');

  const error = await run(forgetful, host).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(UnverifiedError);
  expect(error).toMatchObject({
    exitCode: 6,
    message: '"Welcome people" on pg2 was applied, but its effect could not be verified',
    why: 'still different: write /etc/motd',
    next: ['run the same command again: it is safe', 'read the log of the host: dbctl logs pg2'],
  });
});

test('a job answers what its work answered, once it was carried out, and is done each time', async () => {
  const { host } = fakeHost();
  let count = 0;
  const { step, answer } = job('Count', change('count', 'count on'), async () => (count += 1));

  expect(answer).toThrow('"Count" was not carried out');
  const { outcome } = await run(step, host);

  expect(outcome).toEqual({ status: 'changed', changes: ['count on'] });
  expect(answer()).toBe(1);
  await run(step, host);
  expect(answer()).toBe(2);
});

test('a check changes nothing, and throws what is not as it must be', async () => {
  const { host } = fakeHost();
  const content = check('Check /etc/motd', async (one) => {
    if ((await one.readFile(path)) === undefined) throw new UnverifiedError({ what: 'nobody is welcome' });
  });

  await expect(run(content, host)).rejects.toThrow('nobody is welcome');
  expect((await run(content, fakeHost({ [path]: 'hello' }).host)).outcome).toEqual({
    status: 'in place',
    changes: [],
  });
});

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
