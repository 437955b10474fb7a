// The journal of a cluster on one host: how lines are added, and how they are read.

import * as v from 'valibot';
import type { JournalLine } from './journal.ts';
import { journalDirectory } from './operation.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';
import { parseJson } from '../model/parse-json.ts';

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

const text = v.string();
const named = { at: v.number(), id: text };
const optionalText = v.optional(v.nullable(text));

const Line = v.variant('kind', [
  v.object({
    ...named,
    kind: v.literal('begin'),
    ...{ title: text, command: text, by: text, from: text, version: text, pid: v.number() },
  }),
  v.object({
    ...named,
    kind: v.literal('end'),
    result: v.picklist(['done', 'refused', 'failed', 'interrupted', 'lock lost', 'released']),
    exitCode: v.optional(v.number()),
    changes: v.optional(v.number()),
    why: optionalText,
    step: optionalText,
  }),
  v.object({
    ...named,
    kind: v.literal('step'),
    ...{ title: text, by: text, host: text, step: text, changes: v.array(text) },
  }),
  v.object({
    ...named,
    kind: v.literal('stepped'),
    ...{ host: text, step: text, seconds: v.number() },
    result: v.picklist(['ok', 'failed', 'unverified', 'interrupted', 'lock lost']),
  }),
]);

/** A line that was damaged hides no other. */
export const parseJournal = (stdout: string): readonly JournalLine[] =>
  stdout.split('\n').flatMap((line) => {
    const found = v.safeParse(Line, parseJson(line));
    return found.success ? [found.output] : [];
  });
