import * as v from 'valibot';
import { Misfit, shown } from '../problem.ts';

/** Turns the text of one setting into its value, or says what was expected. */
export type Reader<Value> = v.GenericSchema<string, Value>;

/** What a setting takes, in words; every reader says it. */
export const takesOf = (one: Reader<unknown>): string => v.getDescription(one) ?? '';

/** A reader from a function that throws Misfit; `takes` says in words what it reads. */
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
      if (!(error instanceof Misfit)) throw error;
      misfits.push(error.message);
    }
  }
  return { value, misfits };
}
