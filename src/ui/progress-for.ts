import type { Listener, StageEvent } from '../engine/event.ts';
import { currentRun } from './current-run.ts';
import { lineProgress } from './line-progress.ts';
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
  const isWhole = verbosity === 'verbose';
  if (!stream.isTTY || isWhole) return lineProgress((line) => stream.write(`${line}\n`), { isWhole });
  const { rowProgress } = await import('./row-progress.ts');
  return rowProgress(stream);
}

/** How often a note is told whose numbers alone have changed, in milliseconds. */
const sameNoteEveryMs = 5000;

interface Told {
  readonly note: string;
  readonly at: number;
}

/** The same listener without notes that say nothing new: a wait repeats itself, and progress counts on and on. */
export function newsOnly(listener: (event: StageEvent) => void): (event: StageEvent) => void {
  const told = new Map<string, Told>();
  return (event) => {
    if (event.event === 'note') {
      const { host, note } = event;
      if (!isNews(note, told.get(host))) return;
      told.set(host, { note, at: performance.now() });
    } else if (event.event === 'stage-started') told.clear();
    listener(event);
  };
}

const isNews = (note: string, last: Told | undefined): boolean =>
  last === undefined ||
  withoutNumbers(note) !== withoutNumbers(last.note) ||
  (note !== last.note && performance.now() - last.at >= sameNoteEveryMs);

const withoutNumbers = (note: string): string => note.replaceAll(/\d+/g, '0');
