import type { Progress } from '../engine/progress.ts';
import { currentRun } from './current-run.ts';
import { lineProgress } from './line-progress.ts';
import type { RunOptions } from './run.ts';
import { silentProgress } from './silent-progress.ts';
import { watchedProgress } from './watched-progress.ts';

/** Rows that move on a terminal; one line per finished host everywhere else; all of it told to the run. */
export async function progressFor(stream: NodeJS.WriteStream): Promise<Progress> {
  const run = currentRun();
  const progress = await shownOn(stream, run?.options);
  return run ? watchedProgress(progress, (happening) => run.tell(happening)) : progress;
}

async function shownOn(
  stream: NodeJS.WriteStream,
  { verbosity, hasEvents }: Partial<RunOptions> = {},
): Promise<Progress> {
  if (hasEvents || verbosity === 'quiet') return silentProgress;
  // Rows are drawn anew all the time: other lines would get lost among them.
  if (!stream.isTTY || verbosity === 'verbose') return lineProgress((line) => stream.write(`${line}\n`));
  const { rowProgress } = await import('./row-progress.ts');
  return rowProgress(stream);
}
