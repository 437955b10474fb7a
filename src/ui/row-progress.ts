// The one place that knows listr2. A row is a stage or a host; what a host is doing is shown behind its name.

import {
  Listr,
  ProcessOutput,
  ListrLogger,
  type ListrDefaultRendererLogLevels,
  type DefaultRenderer,
  type ListrTaskWrapper,
  type SimpleRenderer,
} from 'listr2';
import { formatClock } from '../model/units.ts';
import type { Job, Progress } from '../engine/progress.ts';
import { describeResult } from './describe-result.ts';
import { shorten } from './shorten.ts';

type Row = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

/** Less than this and listr2 breaks the line: its indentation, the mark, and a margin of its own. */
const indentation = 10;

/** Rows on a terminal. Interrupts are handled by cli.ts, so listr2 leaves signals alone. */
export const rowProgress = (stream: NodeJS.WriteStream): Progress => ({
  async stage(title, jobs, order) {
    const width = Math.max(...jobs.map((job) => job.title.length));
    const rows = jobs.map((job) => ({
      title: job.title,
      task: (_: unknown, row: Row) =>
        watch(job, row, { name: width, row: () => stream.columns - indentation }),
    }));
    const logger = new ListrLogger<ListrDefaultRendererLogLevels>({
      processOutput: new ProcessOutput(stream, stream),
    });
    await new Listr(
      [{ title, task: (_, parent) => parent.newListr(rows, { concurrent: order === 'together' }) }],
      {
        registerSignalListeners: false,
        exitOnError: false,
        rendererOptions: { logger, collapseSubtasks: false },
      },
    ).run();
  },
});

interface Widths {
  readonly name: number;
  /** Of the terminal as it is now: people resize it. */
  readonly row: () => number;
}

async function watch(job: Job, row: Row, widths: Widths): Promise<void> {
  const startedAt = Date.now();
  const show = (text: string): void => {
    // All of it is in --dry-run, in -o json and in the error.
    row.title = withClock(`${job.title.padEnd(widths.name)}  ${text}`, Date.now() - startedAt, widths.row());
  };
  let note = '';
  const report = (text: string): void => show((note = text));
  // A command may take minutes, and says nothing meanwhile: the clock shows that time passes.
  const clock = setInterval(() => show(note), clockMs);
  const result = await job.run(report).finally(() => clearInterval(clock));
  show(describeResult(result));
  if (result.status === 'failed') throw new Error(result.note);
  if (result.status === 'not started') row.skip();
}

const clockMs = 1000;

/** What is over in less time needs no clock, in milliseconds. */
const shortMs = 2000;

/** The text, and how long it goes on by now: what does not fit is cut from the text. */
export function withClock(text: string, elapsedMs: number, width: number): string {
  if (elapsedMs < shortMs) return shorten(text, width);
  const clock = formatClock(Math.floor(elapsedMs / 1000));
  return `${shorten(text, width - clock.length - 2)}  ${clock}`;
}
