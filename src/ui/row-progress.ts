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
  const show = (text: string): void => {
    // All of it is in --dry-run, in -o json and in the error.
    row.title = shorten(`${job.title.padEnd(widths.name)}  ${text}`, widths.row());
  };
  const result = await job.run(show);
  show(describeResult(result));
  if (result.status === 'failed') throw new Error(result.note);
  if (result.status === 'not started') row.skip();
}
