// What a command accepts, as data that knows the type of its value.

import { Argument, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../model/duration.ts';

/** An option of a command: how commander knows it, and what its value is for the command. */
export interface Flag<Value> {
  readonly option: Option;
  readonly read: (given: unknown) => Value;
}

/** A word of the command line that is no option. */
export interface Positional<Value> {
  readonly argument: Argument;
  readonly read: (given: unknown) => Value;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type Positionals = Readonly<Record<string, Positional<unknown>>>;

/** The values of flags or arguments, by the same names. */
export type Values<Inputs extends Flags | Positionals> = {
  readonly [Name in keyof Inputs]: ReturnType<Inputs[Name]['read']>;
};

/** An option without a value: true when it was typed. */
export const flag = (flags: string, about: string): Flag<boolean> => ({
  option: new Option(flags, about),
  read: (given) => given === true,
});

/** An option with a value: what `read` makes of it, or one of the choices. */
export function option(flags: string, about: string): Flag<string | undefined>;
export function option<const Value, const Otherwise extends NoInfer<Value> | undefined = undefined>(
  flags: string,
  about: string,
  rules: OptionRules<Value, Otherwise>,
): Flag<Value | Otherwise>;
export function option(
  flags: string,
  about: string,
  { read, choices, otherwise }: OptionRules<unknown, unknown> = {},
): Flag<unknown> {
  const made = new Option(flags, about);
  if (read) made.argParser(read);
  if (choices) made.choices(choices.map(String));
  if (otherwise !== undefined) made.default(otherwise);
  return { option: made, read: (given) => given };
}

interface OptionRules<Value, Otherwise> {
  readonly read?: (text: string) => Value;
  readonly choices?: readonly Value[];
  /** Its value when it is not typed. */
  readonly otherwise?: Otherwise;
}

/** An option that may be given several times. */
export const repeated = (flags: string, about: string): Flag<readonly string[] | undefined> => ({
  option: new Option(flags, about).argParser((one: string, others: readonly string[] | undefined) => [
    ...(others ?? []),
    one,
  ]),
  read: (given) => given as readonly string[] | undefined,
});

/** `<node>` must be there, `[node]` may be, `[node...]` may be there several times. */
export const argument = <const Spec extends string, const Value extends string = string>(
  spec: Spec,
  about: string,
  choices?: readonly Value[],
): Positional<Given<Spec, Value>> => ({
  argument: choices ? new Argument(spec, about).choices(choices) : new Argument(spec, about),
  read: (given) => given as Given<Spec, Value>,
});

type Given<Spec, Value> = Spec extends `${string}...${string}`
  ? readonly Value[]
  : Spec extends `<${string}`
    ? Value
    : Value | undefined;

/** Reads a flag's value as milliseconds. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('a duration such as 500ms, 3s or 2m');
  return milliseconds;
}

/** Reads a flag's value as a number of things. */
export function count(limit: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^[1-9]\d*$/.test(text) && number <= limit) return number;
    throw new InvalidArgumentError(`a whole number from 1 to ${limit}`);
  };
}

export const dryRunFlag = (about = 'show what would change; change nothing'): Flag<boolean> =>
  flag('--dry-run', about);

export const restartFlag = (): Flag<boolean> =>
  flag('--restart', 'restart PostgreSQL where a setting needs it');
