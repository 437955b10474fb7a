// A command that stays open and is spoken with line by line. A line ends at LF and nowhere else: node:readline would also
// end it at U+2028, which JSON may hold.

import type { Readable, Writable } from 'node:stream';
import { outputLimit } from './execution.ts';
import { lastLines } from './printable.ts';

export interface LineSession {
  /** Sends a line. What is sent after the end is lost. */
  send(line: string): void;
  /** The next line of the other side, waited for; undefined once it has ended. */
  receive(): Promise<string | undefined>;
  /** Ends it from here: the other side reads the end of its input, and is cut off soon after when it goes on talking. */
  close(): void;
  /** The last lines of its stderr. */
  stderrTail(): string;
}

/** Starts a command as root and answers at once. Rejects with UnreachableError when the connection is gone. */
export type OpenSession = (argv: readonly string[]) => Promise<LineSession>;

export interface Streams {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
}

/** Characters that one line may have. Who says more is not the program that was started. */
const longestLine = 1_000_000;
const longestComplaint = 10_000;
/** How long the other side may take to end after we have. */
const closeGraceMs = 2000;
/** How long stderr is waited for after the end of stdout. */
const stderrMs = 200;

export function lineSessionOver({ input, output, errors }: Streams, graceMs = closeGraceMs): LineSession {
  const lines: string[] = [];
  let rest = '';
  let said = '';
  let isEnded = false;
  let heard = 0;
  let wake: (() => void) | undefined;

  const isWaiting = (): boolean => lines.length === 0 && !isEnded;
  const end = (): void => {
    isEnded = true;
    wake?.();
  };
  const cutOff = (): void => {
    lines.length = 0;
    for (const stream of [output, errors]) stream.destroy();
    end();
  };
  /** A host that never stops talking is cut off. */
  const count = (text: string): void => {
    heard += text.length;
    if (heard > outputLimit) cutOff();
  };
  output.setEncoding('utf8');
  output.on('data', (text: string) => {
    count(text);
    if (heard > outputLimit) return;
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    if (rest.length > longestLine) output.destroy();
    wake?.();
  });
  errors.setEncoding('utf8');
  errors.on('data', (text: string) => {
    count(text);
    said = (said + text).slice(-longestComplaint);
  });
  for (const stream of [input, output]) stream.on('error', () => {});
  // Its last complaint may come after its last word. A program that it leaves behind may keep stderr open for long.
  const endSoon = (): void => {
    const timer = setTimeout(end, errors.readableEnded ? 0 : stderrMs);
    for (const event of ['end', 'close']) {
      errors.once(event, () => {
        clearTimeout(timer);
        end();
      });
    }
  };
  for (const event of ['end', 'close']) output.once(event, endSoon);

  return {
    send: (line) => void (input.writable && input.write(`${line}\n`)),
    async receive() {
      while (isWaiting()) await new Promise<void>((resolve) => (wake = resolve));
      return lines.shift();
    },
    close() {
      input.end();
      setTimeout(cutOff, graceMs).unref();
    },
    stderrTail: () => lastLines(said, 5),
  };
}
