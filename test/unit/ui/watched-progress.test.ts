import { expect, test } from 'vitest';
import { together, runPlan } from '../../../src/engine/run-plan.ts';
import { silentProgress } from '../../../src/ui/silent-progress.ts';
import type { Happening } from '../../../src/ui/run-event.ts';
import { watchedProgress } from '../../../src/ui/watched-progress.ts';
import { fakeHost } from '../../support/fake-host.ts';

const notes = ['copied 1 MB', 'copied 2 MB', 'copied 2 MB', 'waiting', 'waiting'];
const copy = {
  title: 'Copy',
  isDone: false,
  diff: async () => (copy.isDone ? [] : ['copy the data']),
  async apply(_: unknown, report: (note: string) => void) {
    for (const note of notes) report(note);
    copy.isDone = true;
  },
};
const broken = {
  title: 'Break',
  diff: () => Promise.reject(new Error('no disk')),
  async apply() {},
};

test('a plan is told from its first stage to its failure', async () => {
  const told: Happening[] = [];
  const progress = watchedProgress(silentProgress, (happening) => told.push(happening));
  const { host } = fakeHost({}, {}, 'pg1');

  const run = runPlan([together('Set up', [host], () => [copy, broken])], progress, { dryRun: false });
  await expect(run).rejects.toThrow('no disk');

  const durationMs: unknown = expect.any(Number);
  const common = { stage: 'Set up', host: 'pg1' };
  expect(told).toEqual([
    { event: 'stage-started', stage: 'Set up', hosts: ['pg1'], order: 'together' },
    { event: 'host-started', ...common },
    { event: 'note', ...common, note: 'Copy' },
    { event: 'note', ...common, note: 'copy the data' },
    { event: 'note', ...common, note: 'copied 1 MB' },
    { event: 'note', ...common, note: 'waiting' },
    {
      event: 'step-ended',
      ...common,
      step: 'Copy',
      status: 'changed',
      changes: ['copy the data'],
      durationMs,
    },
    { event: 'note', ...common, note: 'Break' },
    { event: 'step-ended', ...common, step: 'Break', status: 'failed', changes: [], durationMs },
    { event: 'host-ended', ...common, status: 'failed', note: 'no disk', durationMs },
    { event: 'stage-ended', stage: 'Set up', status: 'failed', durationMs },
  ]);
});

test('a job that throws is told as failed, and what it threw goes on', async () => {
  const told: Happening[] = [];
  const progress = watchedProgress(silentProgress, (happening) => told.push(happening));
  const job = { title: 'pg1', run: () => Promise.reject(new Error('gone')) };

  await expect(progress.stage('Boot', [job], 'one by one')).rejects.toThrow('gone');

  expect(told.slice(2)).toMatchObject([
    { event: 'host-ended', status: 'failed', note: 'gone' },
    { event: 'stage-ended', status: 'failed' },
  ]);
});
