import { changing } from '../../support/changes.ts';
import { expect, test } from 'vitest';
import { runPlan, together } from '../../../src/engine/run-plan.ts';
import type { Step } from '../../../src/engine/step.ts';
import { InterruptedError } from '../../../src/model/errors.ts';
import { ownFile } from '../../../src/system/own-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { recordedProgress } from '../../support/recorded-progress.ts';

const write = (path: string): Step =>
  ownFile(`Write ${path}`, { path, content: 'x', owner: 'root:root', mode: 0o600 });

/** A user who presses Ctrl-C when told to. */
function user() {
  let pressed = false;
  return { press: () => (pressed = true), isInterrupted: () => pressed };
}

const thrown = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

test('an interrupted plan ends before the next step, and says how to go on', async () => {
  const { press, isInterrupted } = user();
  const { host, disk } = fakeHost();
  const pressing: Step = { title: 'Press', diff: async () => (press(), []), apply: async () => {} };
  const stage = together('Prepare', [host], () => [write('/a'), pressing, write('/b')]);

  const error = await thrown(runPlan([stage], recordedProgress().progress, { isInterrupted }));

  expect(error).toBeInstanceOf(InterruptedError);
  expect(error).toMatchObject({
    exitCode: 130,
    message: 'stopped on request',
    next: ['run the same command again: it continues from here'],
  });
  expect([...disk.keys()]).toEqual(['/a']);
});

test('a change that was said is not begun after Ctrl-C', async () => {
  const { press, isInterrupted } = user();
  const { host, disk } = fakeHost();
  const step = write('/a');
  const late: Step = { ...step, diff: async (one) => (press(), step.diff(one)) };

  const error = await thrown(
    runPlan([together('Prepare', [host], () => [late])], recordedProgress().progress, {
      isInterrupted,
    }),
  );

  expect(error).toBeInstanceOf(InterruptedError);
  expect(disk.size).toBe(0);
});

test('a step that waits is left when it next reports', async () => {
  const { press, isInterrupted } = user();
  let looks = 0;
  const waiting: Step = {
    title: 'Wait',
    diff: async () => changing('wait'),
    async apply(_host, report) {
      for (;;) {
        if ((looks += 1) === 3) press();
        report('still waiting');
      }
    },
  };

  const error = await thrown(
    runPlan([together('Wait', [fakeHost().host], () => [waiting])], recordedProgress().progress, {
      isInterrupted,
    }),
  );

  expect(error).toBeInstanceOf(InterruptedError);
  expect(looks).toBe(3);
});

test('several interrupted hosts are one interruption', async () => {
  const hosts = ['pg1', 'pg2'].map((name) => fakeHost({}, {}, name).host);

  const error = await thrown(
    runPlan([together('Prepare', hosts, () => [write('/a')])], recordedProgress().progress, {
      isInterrupted: () => true,
    }),
  );

  expect(error).toBeInstanceOf(InterruptedError);
});

test('a failure on another host is worth more than the interruption', async () => {
  const { press, isInterrupted } = user();
  const hosts = ['pg1', 'pg2'].map((name) => fakeHost({}, {}, name).host);
  const step: Step = {
    title: 'Fail or go on',
    async diff({ name }) {
      press();
      if (name === 'pg1') throw new Error('no disk');
      return changing('go on');
    },
    async apply() {},
  };

  const error = await thrown(
    runPlan([together('Prepare', hosts, () => [step])], recordedProgress().progress, {
      isInterrupted,
    }),
  );

  expect(error).toMatchObject({ message: 'no disk' });
});

test('Ctrl-C after the last step comes too late to spoil the result', async () => {
  const { press, isInterrupted } = user();
  const step = write('/a');
  const last: Step = {
    ...step,
    async apply(host, report) {
      await step.apply(host, report);
      press();
    },
  };

  const { changes } = await runPlan(
    [together('Prepare', [fakeHost().host], () => [last])],
    recordedProgress().progress,
    { isInterrupted },
  );

  expect(changes).toHaveLength(1);
});
