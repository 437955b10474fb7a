// The one place that knows listr2. A row is a stage or a host; what a host is doing is shown behind its name.

import { Chalk } from 'chalk';
import {
  DefaultRenderer,
  Listr,
  ProcessOutput,
  ListrLogger,
  type ListrDefaultRendererLogLevels,
  type ListrTaskWrapper,
  type SimpleRenderer,
} from 'listr2';
import { formatClock } from '../model/units.ts';
import { withResolvers } from '../model/with-resolvers.ts';
import type { HostEnd, Listener, StageEvent } from '../engine/event.ts';
import { describeResult, isNews } from './event-text.ts';
import { colourLevel } from './terminal.ts';
import { columnsOf, pad, shorten, widestOf } from './text.ts';

type Row = ListrTaskWrapper<unknown, typeof StderrRenderer, typeof SimpleRenderer>;
type StageStarted = Extract<StageEvent, { event: 'stage-started' }>;
type HostEnded = Extract<StageEvent, { event: 'host-ended' }>;

/** Less than this and listr2 breaks the line: its indentation, the mark, and a margin of its own. */
const indentation = 10;

/**
 * Rows on a terminal, as long as a stage runs; then a line for each host that it changed or failed on. The engine runs the
 * stages: a row only waits for its host's end.
 */
export function rowProgress(stream: NodeJS.WriteStream): Listener {
  let rows = new Map<string, HostRow>();
  let drawn: Promise<unknown> = Promise.resolve();
  let ends: readonly HostEnded[] = [];
  return async (event) => {
    if (event.event === 'stage-started') {
      const name = widestOf(event.hosts);
      const widths = { name, row: () => stream.columns - indentation };
      rows = new Map(event.hosts.map((host) => [host, hostRow(host, widths)]));
      ends = [];
      drawn = draw(stream, event, rows);
    }
    if (event.event === 'note') rows.get(event.host)?.note(event.note);
    if (event.event === 'host-ended') {
      ends = [...ends, event];
      rows.get(event.host)?.end(event);
    }
    if (event.event === 'stage-ended') {
      await drawn;
      for (const end of ends.filter(isNews)) stream.write(`${endLine(end, stream)}\n`);
    }
  };
}

const marks = { 'in place': '✔', changed: '✔', failed: '✖', 'not started': '↓' } as const;
const colours = { 'in place': 'green', changed: 'green', failed: 'red', 'not started': 'yellow' } as const;

function endLine(end: HostEnded, stream: NodeJS.WriteStream): string {
  const chalk = new Chalk({ level: colourLevel(stream) });
  const text = `${end.stage}: ${end.host} ${describeResult(end)}`;
  return `${chalk[colours[end.status]](marks[end.status])} ${shorten(text, stream.columns - 3)}`;
}

/** listr2 asks whether stdout is a terminal, which has the answer of `dbctl … | jq`: here it is stderr that counts. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

/** Interrupts are handled by cli.ts, so listr2 leaves signals alone. */
function draw(
  stream: NodeJS.WriteStream,
  { stage, order }: StageStarted,
  rows: ReadonlyMap<string, HostRow>,
): Promise<unknown> {
  const tasks = [...rows].map(([title, { watch }]) => ({
    title,
    task: (_: unknown, row: Row) => watch(row),
  }));
  const logger = new ListrLogger<ListrDefaultRendererLogLevels>({
    processOutput: new ProcessOutput(stream, stream),
  });
  return new Listr(
    [{ title: stage, task: (_, parent) => parent.newListr(tasks, { concurrent: order === 'together' }) }],
    {
      renderer: StderrRenderer,
      registerSignalListeners: false,
      exitOnError: false,
      rendererOptions: { logger, collapseSubtasks: false, clearOutput: true },
    },
  ).run();
}

interface Widths {
  readonly name: number;
  /** Of the terminal as it is now: people resize it. */
  readonly row: () => number;
}

type HostRow = ReturnType<typeof hostRow>;

function hostRow(host: string, widths: Widths) {
  const { promise: ended, resolve: end } = withResolvers<HostEnd>();
  let note = '';
  let begun: { readonly row: Row; readonly at: number } | undefined;
  const show = (text: string): void => {
    // All of it is in --dry-run, in -o json and in the error.
    const title = `${pad(host, widths.name)}  ${text}`;
    if (begun) begun.row.title = withClock(title, Date.now() - begun.at, widths.row());
  };
  return {
    note: (text: string): void => show((note = text)),
    end,
    /** Shows what is noted until the end. */
    watch: async (row: Row): Promise<void> => {
      begun = { row, at: Date.now() };
      show(note);
      // A command may take minutes, and says nothing meanwhile: the clock shows that time passes.
      const clock = setInterval(() => show(note), clockMs);
      const result = await ended.finally(() => clearInterval(clock));
      show(describeResult(result));
      if (result.status === 'failed') throw new Error(result.note);
      if (result.status === 'not started') row.skip();
    },
  };
}

const clockMs = 1000;

/** What is over in less time needs no clock, in milliseconds. */
const shortMs = 2000;

/** The text, and how long it goes on by now: what does not fit is cut from the text. */
export function withClock(text: string, elapsedMs: number, width: number): string {
  if (elapsedMs < shortMs) return shorten(text, width);
  const clock = formatClock(Math.floor(elapsedMs / 1000));
  return `${shorten(text, width - columnsOf(clock) - 2)}  ${clock}`;
}
