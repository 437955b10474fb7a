// The run of this process, for what shows something from deep inside a command.

import { Run, type RunOptions } from './run.ts';
import type { Terminal } from './terminal.ts';

let run: Run | undefined;

/** Called once by cli.ts, before a command does anything. */
export const beginRun = (options: RunOptions): Run => (run = new Run(options));

/** undefined where there is none: in tests of single parts. */
export const currentRun = (): Run | undefined => run;

/** Where lines go that are neither progress, answer nor error. */
export const notices = (stream: Terminal): Terminal => ({
  write: (text) => (run ? run.notice(text.trimEnd()) : stream.write(text)),
});

/** Where lines go that are progress in a few words: nowhere with -q. */
export const remarks = (stream: Terminal): Terminal =>
  run?.options.verbosity === 'quiet' ? { write: () => {} } : notices(stream);
