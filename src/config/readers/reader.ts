import { InvalidValue, shown } from '../problem.ts';
import * as v from 'valibot';
import { Secret } from '../../model/secret.ts';

/** Turns the text of one setting into its value, or says what was expected. */
export type Reader<Value> = v.GenericSchema<string, Value>;

/** What a setting takes, in words; every reader says it. */
export const takesOf = (one: Reader<unknown>): string => v.getDescription(one) ?? '';

/** A reader from a function that throws InvalidValue; `takes` says in words what it reads. */
export const reader = <Value>(takes: string, read: (raw: string) => Value): Reader<Value> =>
  v.pipe(
    v.string(),
    v.rawTransform<string, Value>(({ dataset, addIssue, NEVER }) => {
      const { value, misfits } = attempt(read, [dataset.value]);
      for (const message of misfits) addIssue({ message });
      return misfits.length > 0 ? NEVER : value[0]!;
    }),
    v.description(takes),
  );

/** A reader of a comma-separated list. The empty text is the empty list; every bad entry is reported. */
export const listOf = <Value>(takes: string, read: (raw: string) => Value): Reader<readonly Value[]> =>
  v.pipe(
    v.string(),
    v.rawTransform<string, readonly Value[]>(({ dataset, addIssue, NEVER }) => {
      if (dataset.value.trim() === '') return [];
      const { value, misfits } = attempt(
        read,
        dataset.value.split(',').map((entry) => entry.trim()),
      );
      for (const message of misfits) addIssue({ message });
      return misfits.length > 0 ? NEVER : value;
    }),
    v.description(`${takes}, separated by commas`),
  );

/** Text of one pattern; `expected` completes "expected …". */
export const matching = (pattern: RegExp, expected: string): Reader<string> =>
  v.pipe(
    v.string(),
    v.regex(pattern, ({ input }) => `expected ${expected}, got ${shown(input)}`),
    v.description(expected),
  );

function attempt<Value>(read: (raw: string) => Value, texts: readonly string[]) {
  const value: Value[] = [];
  const misfits: string[] = [];
  for (const text of texts) {
    try {
      value.push(read(text));
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      misfits.push(error.message);
    }
  }
  return { value, misfits };
}

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

/** A password: any characters but control characters. Its messages never contain it. */
export const password: Reader<Secret> = reader('at least 12 characters; no control characters', (raw) => {
  if (/\p{Cc}/u.test(raw))
    throw new InvalidValue('contains a control character (a line break, a tab, NUL …)');
  if (raw.length < shortest) throw new InvalidValue(`expected at least ${shortest} characters`);
  if (Buffer.byteLength(raw) > longestBytes) throw new InvalidValue(`expected at most ${longestBytes} bytes`);
  return new Secret(raw);
});
