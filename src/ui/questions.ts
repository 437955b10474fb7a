import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { InterruptedError } from '../model/errors.ts';
import { printable } from '../host/printable.ts';

export interface Question {
  /** "Name of the cluster". */
  readonly title: string;
  /** What Enter means; shown in brackets. Without it an answer is needed. */
  readonly fallback?: string | undefined;
  /** What the empty answer means, in words, where it is no value: "from ~/.ssh/config". */
  readonly emptyMeans?: string;
  /** What is typed is not shown. */
  readonly isSecret?: boolean;
  /** What is wrong with an answer; it is asked for again then. */
  readonly check: (answer: string) => readonly string[];
}

export interface Asking {
  ask(question: Question): Promise<string>;
  close(): void;
}

/**
 * Asks at a terminal, one line an answer. Lines that were typed ahead are kept for the questions to come. Ctrl-C and
 * Ctrl-D throw InterruptedError.
 */
export function askAt(input: NodeJS.ReadableStream, terminal: NodeJS.WritableStream): Asking {
  let isHidden = false;
  const echo = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isHidden) terminal.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: echo, terminal: true });
  const typed = lines[Symbol.asyncIterator]();

  const next = async (question: Question): Promise<string> => {
    lines.setPrompt(promptOf(question));
    lines.prompt();
    isHidden = question.isSecret ?? false;
    const { value, done } = await typed.next();
    if (isHidden) terminal.write('\n');
    isHidden = false;
    if (done) throw stopped();
    return value.trim() || (question.fallback ?? '');
  };
  return {
    async ask(question) {
      for (;;) {
        const answer = await next(question);
        const wrong =
          answer === '' && question.emptyMeans === undefined ? ['please answer'] : question.check(answer);
        if (wrong.length === 0) return answer;
        for (const text of wrong) terminal.write(`  ${printable(text)}\n`);
      }
    },
    close: () => lines.close(),
  };
}

function promptOf({ title, fallback, emptyMeans }: Question): string {
  const empty = fallback || emptyMeans;
  return empty ? `${title} [${empty}]: ` : `${title}: `;
}

const stopped = (): InterruptedError =>
  new InterruptedError({ what: 'stopped before all questions were answered; no file was written' });
