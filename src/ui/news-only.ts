import type { StageEvent } from '../engine/event.ts';

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
