import type { Progress } from '../engine/progress.ts';
import { lineProgress } from './line-progress.ts';

/** Rows that move on a terminal; one line per finished host everywhere else. */
export async function progressFor(stream: NodeJS.WriteStream): Promise<Progress> {
  if (!stream.isTTY) return lineProgress((line) => stream.write(`${line}\n`));
  const { rowProgress } = await import('./row-progress.ts');
  return rowProgress(stream);
}
