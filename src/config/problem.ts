import { ConfigError } from '../model/errors.ts';
import { counted } from '../model/units.ts';

/** One thing that is wrong with .env.cluster. All of them are shown together. */
export interface Problem {
  /** The setting it is about; its line is looked up when it is not given. */
  readonly setting?: string;
  /** Line of the file, from 1. */
  readonly line?: number;
  /** What is wrong and what is expected. Never the value of a secret. */
  readonly text: string;
  /** A command or an edit that puts it right. */
  readonly next?: string;
}

/** A value does not fit its setting. Its message becomes one problem. */
export class InvalidValue extends Error {}

/** Values that do not fit, with the settings that they were meant for. */
export class InvalidSetting extends InvalidValue {
  readonly problems: readonly Problem[];

  constructor(...problems: readonly [Problem, ...Problem[]]) {
    super(problems[0].text);
    this.problems = problems;
  }
}

/** Answers what the work does. A value that does not fit is one more problem `about` a setting, and no answer. */
export function gather<Answer>(
  problems: Problem[],
  about: Omit<Problem, 'text'>,
  work: () => Answer,
): Answer | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const found = error instanceof InvalidSetting ? error.problems : [{ ...about, text: error.message }];
    problems.push(...found);
    return undefined;
  }
}

const longest = 80;
const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A value as it may be shown on a terminal: quoted, cut, control and invisible characters escaped. */
export function shown(value: string): string {
  const cut = value.length > longest ? `${value.slice(0, longest)}…` : value;
  return JSON.stringify(cut).replaceAll(invisible, (mark) => `\\u{${mark.codePointAt(0)!.toString(16)}}`);
}

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
