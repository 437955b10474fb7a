import { ConfigError } from '../model/errors.ts';
import { counted } from '../model/units.ts';
import type { Problem } from './problem.ts';

/** One error that lists every problem in the order of the file; what belongs to no line comes first. */
export function problemError(
  file: string,
  problems: readonly Problem[],
  lineOf: ReadonlyMap<string, number>,
): ConfigError {
  const placed = problems.map((problem) => ({
    ...problem,
    line: problem.line ?? lineOf.get(problem.setting ?? '') ?? 0,
  }));
  return new ConfigError({
    what: `${file} has ${counted(problems.length, 'problem')}`,
    why: firstOf(placed.toSorted((a, b) => a.line - b.line).map(sentence)).join('\n'),
    next: [
      ...new Set(problems.flatMap(({ next }) => next ?? [])),
      'read what each setting accepts: dbctl config explain',
    ],
  });
}

/** A file that is something else altogether must not flood the terminal. */
const mostShown = 50;

const firstOf = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostShown
    ? lines
    : [...lines.slice(0, mostShown), `… and ${lines.length - mostShown} more`];

// A text that starts with a verb follows the name; any other one follows a colon.
const startsWithVerb = /^(is|and|must|can|cannot|contains|sets|starts|has)\b/;

/** "line 3: POSTGRES_DB is missing: …" */
export function sentence({ setting = 'the file', line, text }: Problem): string {
  const where = line ? `line ${line}: ` : '';
  return `${where}${setting}${startsWithVerb.test(text) ? '' : ':'} ${text}`;
}
