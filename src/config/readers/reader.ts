import { gather, InvalidValue, shown, type Problem } from '../problem.ts';
import * as v from 'valibot';
import { Secret } from '../../model/secret.ts';

/** Turns the text of one setting into its value, or says what was expected. */
export type Reader<Value> = v.GenericSchema<string, Value>;

/** What a setting takes, in words; every reader says it. */
export const takesOf = (one: Reader<unknown>): string => v.getDescription(one) ?? '';

/** A reader from a function that throws InvalidValue; `takes` says in words what it reads. */
export const reader = <Value>(takes: string, read: (raw: string) => Value): Reader<Value> =>
  readerOf(
    takes,
    (raw) => [raw],
    read,
    ([value]) => value!,
  );

/** A reader of a comma-separated list. The empty text is the empty list; every bad entry is reported. */
export const listOf = <Value>(takes: string, read: (raw: string) => Value): Reader<readonly Value[]> =>
  readerOf(`${takes}, separated by commas`, entriesIn, read, (values) => values);

const entriesIn = (raw: string): readonly string[] =>
  raw.trim() === '' ? [] : raw.split(',').map((entry) => entry.trim());

const readerOf = <Part, Value>(
  takes: string,
  split: (raw: string) => readonly string[],
  read: (text: string) => Part,
  join: (parts: readonly Part[]) => Value,
): Reader<Value> =>
  v.pipe(
    v.string(),
    v.rawTransform<string, Value>(({ dataset, addIssue, NEVER }) => {
      const misfits: Problem[] = [];
      const parts = split(dataset.value).flatMap((text) => gather(misfits, {}, () => [read(text)]) ?? []);
      for (const { text } of misfits) addIssue({ message: text });
      return misfits.length > 0 ? NEVER : join(parts);
    }),
    v.description(takes),
  );

/** One of these words. */
export function choice<const Word extends string>(...words: readonly [Word, ...Word[]]): Reader<Word> {
  const takes = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return v.pipe(
    v.string(),
    v.picklist(words, ({ input }) => `expected ${takes}, got ${shown(String(input))}`),
    v.description(takes),
  );
}

type SecretRule = readonly [isRight: (raw: string) => boolean, otherwise: string];

/** A secret that fits all of these; what is said of one that does not never contains it. */
export const secret = (takes: string, ...rules: readonly SecretRule[]): Reader<Secret> =>
  reader(takes, (raw) => {
    for (const [isRight, otherwise] of rules) if (!isRight(raw)) throw new InvalidValue(otherwise);
    return new Secret(raw);
  });

export const oneLine: SecretRule = [
  (raw) => !/\p{Cc}/u.test(raw),
  'contains a control character (a line break, a tab, NUL …)',
];

/** Text of one pattern; `expected` completes "expected …". */
export const matching = (pattern: RegExp, expected: string): Reader<string> =>
  v.pipe(
    v.string(),
    v.regex(pattern, ({ input }) => `expected ${expected}, got ${shown(input)}`),
    v.description(expected),
  );

/** A whole number in plain digits: no sign, no 0x, no exponent. */
export function integer(min: number, max: number): Reader<number> {
  const complain = ({ input }: { input: unknown }) =>
    `expected a whole number from ${min} to ${max}, got ${shown(String(input))}`;
  return v.pipe(
    v.string(),
    v.regex(/^[0-9]{1,9}$/, complain),
    v.transform(Number),
    v.minValue(min, complain),
    v.maxValue(max, complain),
    v.description(`a whole number from ${min} to ${max}`),
  );
}

export const port = integer(1, 65535);

/** Seconds: "5", "5s", "1.5s", "500ms", "2min", "26h" or "30d". */
export const seconds: Reader<number> = v.pipe(
  v.string(),
  v.regex(
    /^[0-9]{1,7}(\.[0-9]{1,3})?(ms|s|min|h|d)?$/,
    ({ input }) => `expected a duration such as 5, 5s, 500ms, 2min, 26h or 30d, got ${shown(input)}`,
  ),
  v.transform((text) => Number.parseFloat(text) * units[/[a-z]*$/.exec(text)![0] as keyof typeof units]),
  v.description('a duration such as 5, 5s, 500ms, 2min, 26h or 30d; a bare number is seconds'),
);

const units = { '': 1, ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 } as const;

const longestBytes = 1000;

/** The path of a local file, as written: absolute, relative to .env.cluster, or below ~/. */
export function readPath(raw: string): string {
  if (/\p{C}/u.test(raw) || Buffer.byteLength(raw) > longestBytes) {
    throw new InvalidValue(`expected a path of printable characters, got ${shown(raw)}`);
  }
  if (raw.endsWith('/')) throw new InvalidValue(`expected a file, got the directory ${shown(raw)}`);
  if (/^~[^/]/.test(raw) || raw === '~') {
    throw new InvalidValue(`only ~/ (your own home) is understood, got ${shown(raw)}`);
  }
  return raw;
}

export const path: Reader<string> = reader(
  'a path; a relative one starts at the directory of the file, ~/ at your home',
  readPath,
);

const shortest = 12;

/** A password: any characters but control characters. */
export const password = secret(
  'at least 12 characters; no control characters',
  oneLine,
  [(raw) => raw.length >= shortest, `expected at least ${shortest} characters`],
  [(raw) => Buffer.byteLength(raw) <= longestBytes, `expected at most ${longestBytes} bytes`],
);
