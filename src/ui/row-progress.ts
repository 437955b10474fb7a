// The one place that knows listr2. A row is a stage or a host; what a host is doing is shown behind its name.

import {
  Listr,
  ProcessOutput,
  ListrLogger,
  type DefaultRenderer,
  type ListrTaskWrapper,
  type SimpleRenderer,
} from 'listr2';
import type { Job, Progress } from '../engine/progress.ts';
import { describeResult } from './describe-result.ts';

type Row = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

/** Rows on a terminal. Interrupts are handled by cli.ts, so listr2 leaves signals alone. */
export const rowProgress = (stream: NodeJS.WriteStream): Progress => ({
  async stage(title, jobs, order) {
    const width = Math.max(...jobs.map((job) => job.title.length));
    const rows = jobs.map((job) => ({
      title: job.title,
      task: (_: unknown, row: Row) => watch(job, row, width),
    }));
    const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
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

async function watch(job: Job, row: Row, width: number): Promise<void> {
  const name = job.title.padEnd(width);
  const result = await job.run((note) => {
    row.title = `${name}  ${note}`;
  });
  row.title = `${name}  ${describeResult(result)}`;
  if (result.status === 'failed') throw new Error(result.note);
  if (result.status === 'not started') row.skip();
}
