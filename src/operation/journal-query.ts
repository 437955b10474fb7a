// The journal of a cluster on one host: how lines are added, and how they are read.

import * as v from 'valibot';
import { JournalLine } from './journal.ts';
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

/** A line that was damaged hides no other. */
export const parseJournal = (stdout: string): readonly JournalLine[] =>
  stdout.split('\n').flatMap((line) => {
    const found = v.safeParse(JournalLine, parseJson(line));
    return found.success ? [found.output] : [];
  });
