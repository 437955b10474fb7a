import { changing } from '../../support/changes.ts';
import { expect, test } from 'vitest';
import { onlyOn, runPlan } from '../../../src/engine/run-plan.ts';
import type { Journal } from '../../../src/engine/run-steps.ts';
import { plan } from '../../../src/engine/plan.ts';
import type { Step } from '../../../src/engine/step.ts';
import { ownFile } from '../../../src/system/own-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { recordedProgress } from '../../support/recorded-progress.ts';

const write = ownFile('Write /a', { path: '/a', content: 'x', owner: 'root:root', mode: 0o600 });

/** Remembers what it is told, together with whether the file was there at that moment. */
function remembering(disk: ReadonlyMap<string, unknown>) {
  const told: string[] = [];
  const journal: Journal = {
    async begin({ name }, step, changes) {
      told.push(`${name} ${step} (${changes.join()}) ${disk.has('/a')}`);
      return (error) => told.push(`end ${error instanceof Error ? error.message : 'ok'} ${disk.has('/a')}`);
    },
  };
  return { told, journal };
}

const run = (host: ReturnType<typeof fakeHost>['host'], step: Step, journal: Journal) =>
  runPlan([onlyOn('Do', host, () => [step])], recordedProgress().progress, { journal });

test('a step is written down before it is applied, and again when its effect was seen', async () => {
  const { host, disk } = fakeHost();
  const { told, journal } = remembering(disk);

  await run(host, write, journal);

  expect(told).toEqual(['pg1 Write /a (write /a) false', 'end ok true']);
});

test('what is in place, and what is only looked at, is not written down', async () => {
  const { host, disk } = fakeHost();
  const { told, journal } = remembering(disk);

  await plan([onlyOn('Do', host, () => [write])]);
  await run(host, write, { begin: () => Promise.resolve(() => {}) });
  await run(host, write, journal);

  expect(told).toEqual([]);
});

test.each([
  ['fails', { diff: async () => changing('do it'), apply: () => Promise.reject(new Error('boom')) }, 'boom'],
  ['has no effect', { diff: async () => changing('do it'), apply: async () => {} }, 'was applied, but'],
])('the end of a step that %s says so', async (_, halves, wanted) => {
  const { host, disk } = fakeHost();
  const { told, journal } = remembering(disk);

  await expect(run(host, { title: 'Try', ...halves }, journal)).rejects.toThrow(wanted);

  expect(told[1]).toContain(wanted);
});

test('a step that cannot even look was not begun', async () => {
  const { host, disk } = fakeHost();
  const { told, journal } = remembering(disk);
  const blind = { title: 'Look', diff: () => Promise.reject(new Error('blind')), apply: async () => {} };

  await expect(run(host, blind, journal)).rejects.toThrow('blind');

  expect(told).toEqual([]);
});

test('nothing is applied when it cannot be written down', async () => {
  const { host, disk } = fakeHost();
  const journal: Journal = { begin: () => Promise.reject(new Error('the lock was lost')) };

  await expect(run(host, write, journal)).rejects.toThrow('the lock was lost');

  expect(disk.has('/a')).toBe(false);
});
