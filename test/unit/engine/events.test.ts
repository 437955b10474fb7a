import { changing } from '../../support/changes.ts';
import { expect, test } from 'vitest';
import type { StageEvent } from '../../../src/engine/event.ts';
import { together, runPlan } from '../../../src/engine/run-plan.ts';
import { runTasks } from '../../../src/engine/run-tasks.ts';
import { newsOnly } from '../../../src/ui/progress-for.ts';
import { fakeHost } from '../../support/fake-host.ts';

const notes = ['copied 1 MB', 'copied 2 MB', 'copied 2 MB', 'waiting', 'waiting'];
const copy = {
  title: 'Copy',
  isDone: false,
  diff: async () => (copy.isDone ? [] : changing('copy the data')),
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
  const told: StageEvent[] = [];
  const progress = newsOnly((event) => told.push(event));
  const { host } = fakeHost({}, {}, 'pg1');

  const run = runPlan([together('Set up', [host], () => [copy, broken])], progress);
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

test('the failure of a task is told, and goes on when the others have ended', async () => {
  const told: StageEvent[] = [];
  const tasks = [
    { host: 'pg1', work: () => Promise.reject(new Error('gone')) },
    { host: 'pg2', work: () => Promise.resolve({ status: 'in place', note: '', answer: 2 } as const) },
  ];

  await expect(runTasks('Boot', tasks, (event) => void told.push(event))).rejects.toThrow('gone');

  expect(told.slice(3)).toMatchObject([
    { event: 'host-ended', host: 'pg1', status: 'failed', note: 'gone' },
    { event: 'host-ended', host: 'pg2', status: 'in place' },
    { event: 'stage-ended', status: 'failed' },
  ]);
});

const after = (ms: number) => async () => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { status: 'in place', note: '', answer: ms } as const;
};

test('tasks answer in their order, whichever ends first, and the next stage waits for the rows of this one', async () => {
  const seen: string[] = [];
  const slowListener = async ({ event }: StageEvent): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push(event);
  };

  const answers = await runTasks(
    'Boot',
    [
      { host: 'pg1', work: after(10) },
      { host: 'pg2', work: after(1) },
    ],
    slowListener,
  );

  expect(answers).toEqual([10, 1]);
  expect(seen.at(-1)).toBe('stage-ended');
});
