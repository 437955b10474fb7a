import { expect, test } from 'vitest';
import { runStep } from '../../../src/engine/run-step.ts';
import type { Step } from '../../../src/engine/step.ts';
import { UnverifiedError } from '../../../src/model/errors.ts';
import { fakeHost } from '../../support/fake-host.ts';

const path = '/etc/motd';
const attributes = { owner: 'root:root', mode: 0o644 };

const welcome: Step = {
  title: 'Welcome people',
  diff: async (host) => ((await host.readFile(path)) ? [] : [`write ${path}`]),
  apply: (host) => host.writeFile(path, 'hello\n', attributes),
};
const forgetful: Step = { ...welcome, apply: async () => {} };

/** Runs a step and collects what it reported. */
async function run(step: Step, host: ReturnType<typeof fakeHost>['host'], dryRun = false) {
  const notes: string[] = [];
  const outcome = await runStep(step, host, { dryRun, report: (note) => notes.push(note) });
  return { outcome, notes };
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

test('a dry run says what it would do and touches nothing', async () => {
  const { host, disk } = fakeHost();

  const { outcome } = await run(welcome, host, true);

  expect(outcome).toEqual({ status: 'planned', changes: ['write /etc/motd'] });
  expect(disk.size).toBe(0);
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
