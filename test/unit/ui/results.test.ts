import { expect, onTestFinished, test, vi } from 'vitest';
import type { Job } from '../../../src/engine/progress.ts';
import { describeResult } from '../../../src/ui/describe-result.ts';
import { lineProgress } from '../../../src/ui/line-progress.ts';
import { withClock } from '../../../src/ui/row-progress.ts';
import { planText } from '../../../src/ui/plan-result.ts';

const change = (host: string, text: string) => ({ host, step: 'Step', change: text });

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

const job = (title: string, notes: readonly string[] = []): Job => ({
  title,
  async run(report) {
    for (const note of notes) report(note);
    await new Promise((resolve) => setTimeout(resolve, title === 'pg1' ? 20 : 1));
    return { status: 'in place', note: '' };
  },
});

async function linesOf(order: 'together' | 'one by one', everyMs = 5000): Promise<readonly string[]> {
  const lines: string[] = [];
  const progress = lineProgress((line) => lines.push(line), { everyMs });
  await progress.stage('Clone', [job('pg1', ['10 %', '20 %']), job('pg2')], order);
  return lines;
}

test('a log gets one line for each host as it finishes', async () => {
  expect(await linesOf('together')).toEqual(['Clone: pg2 in place', 'Clone: pg1 in place']);
});

test('one by one, the first host ends before the second begins', async () => {
  expect(await linesOf('one by one')).toEqual(['Clone: pg1 in place', 'Clone: pg2 in place']);
});

test('long work is heard of now and then', async () => {
  expect(await linesOf('one by one', 0)).toEqual([
    'Clone: pg1 … 10 %',
    'Clone: pg1 … 20 %',
    'Clone: pg1 in place',
    'Clone: pg2 in place',
  ]);
});

test('work that says nothing is heard of too, with how long it goes on', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const lines: string[] = [];
  const silent: Job = {
    title: 'pg1',
    async run(report) {
      report('install postgresql-17');
      await new Promise((resolve) => setTimeout(resolve, 40_000));
      return { status: 'changed', note: '' };
    },
  };

  const stage = lineProgress((line) => lines.push(line)).stage('Install', [silent], 'together');
  await vi.advanceTimersByTimeAsync(60_000);
  await stage;

  expect(lines).toEqual([
    'Install: pg1 … install postgresql-17, 0:15',
    'Install: pg1 … install postgresql-17, 0:30',
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
