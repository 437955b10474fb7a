// An answer that is shown again and again, until a person or a supervisor says that it is enough.

import { printable } from '../host/printable.ts';
import { DbctlError } from '../model/errors.ts';
import { formatTime } from '../model/units.ts';
import type { Terminal } from '../ui/terminal.ts';

export interface Watched {
  /** What is shown: one round. */
  readonly look: () => Promise<string>;
  readonly everyMs: number;
  /** One document per line, and nothing else. */
  readonly isJson: boolean;
  readonly out: Terminal;
  readonly problems: Terminal;
}

const clear = '\u001B[H\u001B[2J\u001B[3J';

/**
 * Ends well at Ctrl-C or SIGTERM, also in the middle of a round. A round that fails is told, and the next one is tried: whoever
 * watches does so because something is about to break.
 */
export async function watch({ look, everyMs, isJson, out, problems }: Watched): Promise<void> {
  const enough = untilSignal();
  for (let isOver = false; !isOver;) {
    const text = await Promise.race([enough, told(look, problems)]);
    if (text === undefined) return;
    const now = formatTime(Date.now() / 1000);
    const ends = out.isTTY ? `, every ${everyMs / 1000} s; Ctrl-C ends it` : '';
    const head = isJson ? '' : `${out.isTTY ? clear : ''}${now}${ends}\n`;
    if (text !== '') out.write(`${head}${text}${isJson || out.isTTY ? '' : '\n'}`);
    isOver = await Promise.race([enough.then(() => true), pause(everyMs).then(() => false)]);
  }
}

/** "" for a round that failed. */
const told = (look: () => Promise<string>, problems: Terminal): Promise<string> =>
  look().catch((error: unknown) => {
    if (!(error instanceof DbctlError)) throw error;
    problems.write(`${printable(`not seen: ${error.message}`)}\n`);
    return '';
  });

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Heard until the process ends: some send a signal twice, and the second one is none to die of. */
const untilSignal = (): Promise<undefined> =>
  new Promise((resolve) => {
    for (const name of signals) process.on(name, () => resolve(undefined));
  });
