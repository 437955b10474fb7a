import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { runTasks } from '../../../src/engine/run-tasks.ts';
import { beginRun, notices, remarks } from '../../../src/ui/current-run.ts';
import { progressFor } from '../../../src/ui/progress-for.ts';
import type { RunOptions } from '../../../src/ui/run.ts';
import { written } from '../../support/written.ts';

const task = { host: 'pg1', work: async () => ({ status: 'in place', note: '', answer: 0 }) as const };

/** What is written while a stage runs, and a notice and a remark are made. */
async function shown(options: Partial<RunOptions>, isTTY = false): Promise<readonly string[]> {
  const { terminal, text } = written(isTTY);
  const stream = terminal as NodeJS.WriteStream;
  const run = beginRun({
    command: 'up',
    line: 'dbctl up',
    version: '1.0.0',
    verbosity: 'normal',
    hasEvents: false,
    terminal,
    stateDirectory: tmpdir(),
    ...options,
  });
  onTestFinished(() => run.end(0));
  const progress = await progressFor(stream);
  await runTasks('Start', [task], progress);
  notices(stream).write('beware\n');
  remarks(stream).write('looking again\n');
  return text().trimEnd().split('\n');
}

test('a line for each host is shown with -v, also where somebody watches; without, for what has changed', async () => {
  expect(await shown({})).toEqual(['beware', 'looking again']);
  expect(await shown({ verbosity: 'verbose' }, true)).toEqual([
    'Start: pg1 in place',
    'beware',
    'looking again',
  ]);
});

test('-q leaves notices alone, and shows no progress, in however few words', async () => {
  expect(await shown({ verbosity: 'quiet' })).toEqual(['beware']);
});

test('--json shows all of it as events, and nothing else', async () => {
  const kinds = (await shown({ hasEvents: true })).map(
    (line) => (JSON.parse(line) as { event: string }).event,
  );

  expect(kinds).toEqual([
    'run-started',
    'stage-started',
    'host-started',
    'host-ended',
    'stage-ended',
    'warning',
    'warning',
  ]);
});
