// What hosts remember of operations, one line each, and how the lines of all hosts become one timeline.

import * as v from 'valibot';
import {
  Operation,
  OperationResult,
  StepResult,
  type UnfinishedOperation,
  journalDirectory,
} from './operation.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';
import { parseJson } from '../model/answers.ts';

const text = v.string();
/** Seconds since 1970 by the clock of the host that wrote the line; the operation that it is about. */
const common = { at: v.number(), id: text };
const maybe = v.optional(v.nullable(text));

const Begin = v.object({ ...Operation.entries, ...common, kind: v.literal('begin'), from: text });

const End = v.object({
  ...common,
  kind: v.literal('end'),
  result: OperationResult,
  exitCode: v.optional(v.number()),
  changes: v.optional(v.number()),
  /** Why it ended, where that is not for its own reasons. */
  why: maybe,
  /** What it was doing then. */
  step: maybe,
});

const StepBegin = v.object({
  ...common,
  kind: v.literal('step'),
  ...{ title: text, by: text, host: text, step: text, changes: v.pipe(v.array(text), v.readonly()) },
});

const StepEnd = v.object({
  ...common,
  kind: v.literal('stepped'),
  ...{ host: text, step: text, seconds: v.number(), result: StepResult },
});

export const JournalLine = v.variant('kind', [Begin, End, StepBegin, StepEnd]);
export type JournalLine = v.InferOutput<typeof JournalLine>;
type Begin = v.InferOutput<typeof Begin>;
type End = v.InferOutput<typeof End>;
type StepBegin = v.InferOutput<typeof StepBegin>;
type StepEnd = v.InferOutput<typeof StepEnd>;

/** One operation, from the lines of all hosts. */
export type PastOperation = NonNullable<ReturnType<typeof pastOperation>>;
export type PastStep = ReturnType<typeof pastStep>;

/** All operations, oldest first. `runningId` is the one that has the lock now. */
export function historyOf(
  lines: readonly JournalLine[],
  runningId: string | undefined,
): readonly PastOperation[] {
  const ids = [...new Set(lines.map(({ id }) => id))];
  return ids
    .flatMap(
      (id) =>
        pastOperation(
          lines.filter((line) => line.id === id),
          id === runningId,
        ) ?? [],
    )
    .toSorted((one, other) => one.startedAt - other.startedAt || (one.id < other.id ? -1 : 1));
}

/** Undefined where all that is left is the end of something. */
function pastOperation(lines: readonly JournalLine[], isRunning: boolean) {
  const begins = lines.filter((line) => line.kind === 'step').toSorted((one, other) => one.at - other.at);
  const begin = lines.find((line) => line.kind === 'begin');
  // It may have lost the lock in a pause and taken it back, which is a beginning again. After that the first end counts:
  // who is released by somebody says so again by itself.
  const again = lines.findLastIndex((line) => line.kind === 'begin');
  const end = lines.slice(again + 1).find((line) => line.kind === 'end');
  const { id, title, by, at } = begin ?? begins[0] ?? {};
  if (id === undefined || title === undefined || by === undefined || at === undefined) return undefined;
  const steps = begins.map((step) => pastStep(step, lines, isRunning));
  return {
    /** It began so many seconds after 1970, by the control host's clock where it knows. */
    ...{ id, title, by, startedAt: at, from: begin?.from ?? '', command: begin?.command ?? '' },
    version: begin?.version ?? '',
    result: end?.result ?? unfinished(begin, isRunning),
    exitCode: end?.exitCode ?? null,
    /** Undefined while it runs, and where nobody saw its end. */
    seconds: begin && end && Math.max(0, end.at - begin.at),
    why: [end?.why, end?.step && `during "${end.step}"`].filter(Boolean).join(', '),
    hosts: [...new Set(begins.map(({ host }) => host))],
    changes: end?.changes ?? begins.reduce((sum, { changes }) => sum + changes.length, 0),
    steps,
  };
}

/** "unknown": the control host, which would know, was not asked or has forgotten. */
function unfinished(begin: Begin | undefined, isRunning: boolean) {
  if (isRunning) return 'running';
  return begin ? 'interrupted' : 'unknown';
}

function pastStep(begin: StepBegin, lines: readonly JournalLine[], isRunning: boolean) {
  const { host, step, changes, at } = begin;
  const end = lines.find(
    (line) => line.kind === 'stepped' && line.host === host && line.step === step && line.at >= at,
  ) as StepEnd | undefined;
  return {
    ...{ host, step, changes },
    /** "unknown": it began, and nobody wrote down how it ended. */
    result: end?.result ?? (isRunning ? ('running' as const) : ('unknown' as const)),
    seconds: end?.seconds,
  };
}

/**
 * Whether the newest operation was cut off, from the lines of the control host, oldest first. One that ended by itself,
 * well or not, is none of these: whoever ran it was told.
 */
export function unfinishedOperation(lines: readonly JournalLine[]): UnfinishedOperation | undefined {
  const newest = lines.findLastIndex((line) => line.kind === 'begin');
  const begin = lines[newest];
  if (begin?.kind !== 'begin') return undefined;
  const { title, by } = begin;
  const end = lines.slice(newest).find((line) => line.kind === 'end' && line.id === begin.id) as
    | End
    | undefined;
  const result = end?.result ?? 'interrupted';
  if (result === 'done' || result === 'refused' || result === 'failed') return undefined;
  return { title, by, result, step: end?.step ?? undefined };
}

type Written<Line> = Line extends unknown ? Omit<Line, 'at'> : never;

/** Adds a line to the journal of a host; the host adds the time. What is about to be done outlives a power cut. */
export const appendToJournal = (cluster: string, line: Written<JournalLine>): Action =>
  action(
    script('operation/append-to-journal.sh', journalDirectory, cluster, line.kind === 'step' ? 'sync' : ''),
    {
      stdin: `${journalTail(line)}\n`,
      timeoutMs: 30_000,
    },
  );

/** A line without its beginning, where the host's time goes. */
export const journalTail = (line: object): string => JSON.stringify(line).slice(1);

const readScript = 'for file in "$1.1" "$1"; do [ ! -e "$file" ] || cat -- "$file"; done';

/** Every line that a host remembers, oldest first; none when nothing was ever done there. */
export const readJournal = (cluster: string): Query<readonly JournalLine[]> =>
  query(sh(readScript, `${journalDirectory}/${cluster}.jsonl`), parseJournal);

/** A line that was damaged hides no other. */
export const parseJournal = (stdout: string): readonly JournalLine[] =>
  stdout.split('\n').flatMap((line) => {
    const found = v.safeParse(JournalLine, parseJson(line));
    return found.success ? [found.output] : [];
  });
