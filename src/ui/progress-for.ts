import type { Listener } from '../engine/event.ts';
import { currentRun } from './current-run.ts';
import { lineProgress } from './line-progress.ts';
import { newsOnly } from './news-only.ts';
import type { RunOptions } from './run.ts';

/** Rows that move on a terminal; one line per finished host everywhere else; all of it told to the run. */
export async function progressFor(stream: NodeJS.WriteStream): Promise<Listener> {
  const run = currentRun();
  const shown = await shownOn(stream, run?.options);
  if (run === undefined) return shown;
  const kept = newsOnly((event) => run.tell(event));
  return (event) => {
    kept(event);
    return shown(event);
  };
}

async function shownOn(
  stream: NodeJS.WriteStream,
  { verbosity, hasEvents }: Partial<RunOptions> = {},
): Promise<Listener> {
  if (hasEvents || verbosity === 'quiet') return () => {};
  // Rows are drawn anew all the time: other lines would get lost among them.
  if (!stream.isTTY || verbosity === 'verbose') return lineProgress((line) => stream.write(`${line}\n`));
  const { rowProgress } = await import('./row-progress.ts');
  return rowProgress(stream);
}
