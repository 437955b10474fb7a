import * as v from 'valibot';
import { shown } from '../problem.ts';
import type { Reader } from './reader.ts';

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
