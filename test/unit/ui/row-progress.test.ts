import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { runTasks } from '../../../src/engine/run-tasks.ts';
import { rowProgress } from '../../../src/ui/row-progress.ts';

/** What a terminal has been sent when the tasks are over. */
function screen(): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  let sent = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      sent += chunk.toString();
      done();
    },
  });
  const size = { isTTY: true, columns: 80, rows: 24 };
  return { stream: Object.assign(stream, size) as unknown as NodeJS.WriteStream, text: () => sent };
}

const end = (note: string) => ({ status: 'changed', note, answer: undefined }) as const;

test('rows show every host of a stage to its end, before the next stage begins', async () => {
  const { stream, text } = screen();
  const progress = rowProgress(stream);

  await runTasks(
    'Start PostgreSQL',
    [
      { host: 'pg1', work: () => Promise.resolve(end('start it')) },
      { host: 'pg2', work: () => Promise.reject(new Error('no disk')) },
    ],
    progress,
    'one by one',
  ).catch(() => {});
  const first = text();
  await runTasks('Create roles', [{ host: 'pg1', work: () => Promise.resolve(end('create app')) }], progress);

  expect(first).toMatch(/Start PostgreSQL[\s\S]*pg1 {2}changed — start it[\s\S]*pg2 {2}failed — no disk/);
  expect(text().slice(first.length)).toMatch(/Create roles[\s\S]*pg1 {2}changed — create app/);
});
