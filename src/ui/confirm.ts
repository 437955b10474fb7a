import { createInterface } from 'node:readline/promises';
import { UnconfirmedError } from '../model/errors.ts';
import { printable } from '../host/printable.ts';
import type { Terminal } from './terminal.ts';

export interface Consent {
  /** `--yes`: asked and answered beforehand, for scripts. */
  readonly yes: boolean;
  /** What a person types on, and where the question is shown. Defaults: stdin and stderr. */
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly terminal?: Terminal & NodeJS.WritableStream;
}

/**
 * Goes on only when the name is typed, or with `--yes`. `what` is a sentence: "pg2 is cloned anew: its data is
 * replaced". Throws UnconfirmedError for another answer, and at once where nobody can be asked.
 */
export async function confirmByName(
  name: string,
  what: string,
  { yes, input = process.stdin, terminal = process.stderr }: Consent,
): Promise<void> {
  if (yes) return;
  if (!input.isTTY) {
    throw unconfirmed(what, 'Confirmation is needed, and there is no terminal to ask at.');
  }
  const typed = await askFor(name, what, input, terminal);
  if (typed !== name) throw unconfirmed(what, `Expected "${name}", got "${typed}".`);
}

/** Answers what was typed, without spaces around it; '' for Ctrl-C and Ctrl-D. */
async function askFor(
  name: string,
  what: string,
  input: NodeJS.ReadableStream,
  terminal: NodeJS.WritableStream,
): Promise<string> {
  const lines = createInterface({ input, output: terminal });
  // Without this, a question that is never answered would never end either.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    terminal.write(`${printable(what)}\n`);
    return (await Promise.race([lines.question(`type ${printable(name)} to continue:  `), closed])).trim();
  } finally {
    lines.close();
  }
}

const unconfirmed = (what: string, why: string): UnconfirmedError =>
  new UnconfirmedError({
    what: 'not confirmed, so nothing was changed',
    why: `${what}\n${why}`,
    next: ['to confirm, run it at a terminal and type the name, or add --yes'],
  });
