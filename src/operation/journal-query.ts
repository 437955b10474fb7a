// The journal of a cluster on one host: how lines are added, and how they are read.

import * as v from 'valibot';
import type { JournalLine } from './journal.ts';
import { journalDirectory } from './operation.ts';
import { action, query, type Action, type Query } from '../host/command.ts';

/** Bytes; one file of this size is kept besides the one that is written. */
const longestFile = 1_000_000;

/**
 * The shell function that adds a line to $file in $journal: the time of this host first, then what is given. One writer
 * at a time: several nodes may be on one host. Told to sync, it ends when the line is on the disk.
 */
export const appendFunction = `
append() {
  umask 027
  [ -d "$journal" ] || mkdir -p -m 0750 -- "$journal" || return
  {
    flock 8
    [ "$(stat -c %s -- "$file" 2>/dev/null || echo 0)" -lt ${longestFile} ] || mv -fT -- "$file" "$file.1"
    printf '{"at":%s,%s\\n' "$EPOCHREALTIME" "$1" >>"$file" || return
    [ -z "$2" ] || sync -d -- "$file"
  } 8<"$journal"
}`;

const appendScript = `journal=$1 file=$1/$2.jsonl
${appendFunction}
IFS= read -r said && append "$said" "$3"`;

/** Bash knows the time to the microsecond by itself; it is there on every host that has a package manager of ours. */
export const bash = (script: string, ...parameters: readonly string[]): readonly string[] => [
  'bash',
  '--norc',
  '-c',
  script,
  'bash',
  ...parameters,
];

type Written<Line> = Line extends unknown ? Omit<Line, 'at'> : never;

/** Adds a line to the journal of a host; the host adds the time. What is about to be done outlives a power cut. */
export const appendToJournal = (cluster: string, line: Written<JournalLine>): Action =>
  action(bash(appendScript, journalDirectory, cluster, line.kind === 'step' ? 'sync' : ''), {
    stdin: `${journalTail(line)}\n`,
    timeoutMs: 30_000,
  });

/** A line without its beginning, where the host's time goes. */
export const journalTail = (line: object): string => JSON.stringify(line).slice(1);

const readScript = `
for file in "$1.1" "$1"; do [ ! -e "$file" ] || cat -- "$file"; done`;

/** Every line that a host remembers, oldest first; none when nothing was ever done there. */
export const readJournal = (cluster: string): Query<readonly JournalLine[]> =>
  query(['sh', '-c', readScript, 'sh', `${journalDirectory}/${cluster}.jsonl`], parseJournal);

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
    const found = v.safeParse(Line, jsonOf(line));
    return found.success ? [found.output] : [];
  });

/** Undefined for what is no JSON. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
