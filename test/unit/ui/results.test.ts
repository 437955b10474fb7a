import { expect, onTestFinished, test, vi } from 'vitest';
import { runTasks, type Task } from '../../../src/engine/run-tasks.ts';
import { describeResult } from '../../../src/ui/event-text.ts';
import { lineProgress } from '../../../src/ui/line-progress.ts';
import { withClock } from '../../../src/ui/row-progress.ts';
import { planText } from '../../../src/ui/plan-result.ts';

const change = (host: string, text: string) => ({ host, step: 'Step', id: 'test', change: text });

test.each([
  ['nothing', [], false, '0 changes'],
  ['one change', [change('pg1', 'write /a')], false, '1 change'],
  ['a dry run of nothing', [], true, '0 changes to make'],
  [
    'a dry run',
    [change('pg1', 'write /a'), change('pg2', 'write /b')],
    true,
    'pg1: write /a\npg2: write /b\n2 changes to make',
  ],
])('%s', (_reason, changes, dryRun, text) => {
  expect(planText({ changes }, dryRun)).toBe(text);
});

test('a result is its status, and its note when there is one', () => {
  expect(describeResult({ status: 'changed', note: 'start PostgreSQL' })).toBe('changed — start PostgreSQL');
  expect(describeResult({ status: 'in place', note: '' })).toBe('in place');
});

const task = (host: string, notes: readonly string[] = []): Task<undefined> => ({
  host,
  async work({ report }) {
    for (const note of notes) report(note);
    await new Promise((resolve) => setTimeout(resolve, host === 'pg1' ? 20 : 1));
    return { status: 'in place', note: '', answer: undefined };
  },
});

async function linesOf(
  order: 'together' | 'one by one',
  options: Parameters<typeof lineProgress>[1] = { isWhole: true },
): Promise<readonly string[]> {
  const lines: string[] = [];
  const progress = lineProgress((line) => lines.push(line), options);
  await runTasks('Clone', [task('pg1', ['10 %', '20 %']), task('pg2')], progress, order);
  return lines;
}

test('a log gets one line for each host as it finishes, and of those where all was in place only with -v', async () => {
  expect(await linesOf('together')).toEqual(['Clone: pg2 in place', 'Clone: pg1 in place']);
  expect(await linesOf('together', {})).toEqual([]);
});

test('one by one, the first host ends before the second begins', async () => {
  expect(await linesOf('one by one')).toEqual(['Clone: pg1 in place', 'Clone: pg2 in place']);
});

test('long work is heard of now and then, and then also of its end', async () => {
  expect(await linesOf('one by one', { everyMs: 0 })).toEqual([
    'Clone: pg1 … 10 %',
    'Clone: pg1 … 20 %',
    'Clone: pg1 in place',
  ]);
});

/** The lines of a host that reports a note again and again, then ends. */
async function linesOfWork(
  ms: number,
  noteAt: (ms: number) => string,
  everyMs: number,
): Promise<readonly string[]> {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const lines: string[] = [];
  const long: Task<undefined> = {
    host: 'pg1',
    async work({ report }) {
      for (let at = 0; at < ms; at += everyMs) {
        report(noteAt(at));
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
      return { status: 'changed', note: '', answer: undefined };
    },
  };
  const progress = lineProgress((line) => lines.push(line));
  const stage = runTasks('Install', [long], progress);
  await vi.advanceTimersByTimeAsync(ms + 20_000);
  await stage;
  return lines;
}

test('work that says nothing is heard of too, with how long it goes on', async () => {
  expect(await linesOfWork(40_000, () => 'install postgresql-17', 40_000)).toEqual([
    'Install: pg1 … install postgresql-17, 0:15',
    'Install: pg1 … install postgresql-17, 0:30',
    'Install: pg1 changed',
  ]);
});

test('work that says the same for long is heard of ever less often', async () => {
  expect(await linesOfWork(280_000, () => 'restoring 28 kB of 30 MB (0 %)', 500)).toEqual([
    'Install: pg1 … restoring 28 kB of 30 MB (0 %)',
    'Install: pg1 … restoring 28 kB of 30 MB (0 %), 0:21',
    'Install: pg1 … restoring 28 kB of 30 MB (0 %), 0:51',
    'Install: pg1 … restoring 28 kB of 30 MB (0 %), 1:51',
    'Install: pg1 … restoring 28 kB of 30 MB (0 %), 3:51',
    'Install: pg1 changed',
  ]);
});

const percent = (ms: number): string => `${Math.floor(ms / 9000) * 10} %`;

test('work that goes on is heard of every few seconds, and only when it has', async () => {
  expect(await linesOfWork(20_000, percent, 500)).toEqual([
    'Install: pg1 … 0 %',
    'Install: pg1 … 10 %',
    'Install: pg1 … 20 %',
    'Install: pg1 changed',
  ]);
});

test.each([
  [500, 'pg1  waiting until PostgreSQL answers'],
  [75_900, 'pg1  waiting until PostgreS…  1:15'],
])('a row shows how long a host is at it (%i ms)', (elapsedMs, row) => {
  expect(withClock('pg1  waiting until PostgreSQL answers', elapsedMs, elapsedMs < 1000 ? 80 : 34)).toBe(row);
});

test('rows have no limit where the terminal does not tell its width', () => {
  expect(withClock('pg1  x', 60_000, Number.NaN)).toBe('pg1  x  1:00');
});
