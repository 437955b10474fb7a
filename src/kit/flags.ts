// What a command accepts, as data that knows the type of its value.

import { Argument, InvalidArgumentError, Option, Command } from 'commander';
import { ConfigError } from '../model/errors.ts';
import { parseLsn } from '../model/lsn.ts';

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

/** Reads a flag's value as a position in the WAL. */
export function position(text: string): string {
  if (parseLsn(text) !== undefined) return text;
  throw new InvalidArgumentError('a position such as 0/7000000');
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

/** For what makes data anew where the disk of the old is not there. */
export const lostDiskFlag = (): Flag<boolean> =>
  flag('--lost-disk', 'the disk that the data was on is gone for good: use the one that is there now');

export const restartFlag = (): Flag<boolean> =>
  flag('--restart', 'restart PostgreSQL where a setting needs it');

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** "500ms", "3s", "2m", "1h" in milliseconds; a bare number counts seconds. Undefined for anything else, and for 0. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * units[unit as keyof typeof units] || undefined;
}

export interface CommonFlags {
  /** The file that says what the cluster is. */
  readonly config: string;
  readonly output: 'table' | 'json';
  /** Whoever typed it agrees to what would be asked. */
  readonly yes: boolean;
}

interface TypedFlags extends Partial<CommonFlags> {
  readonly color?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const defaults: CommonFlags = { config: '.env.cluster', output: 'table', yes: false };

/** Adds the common flags to a command. Without defaults: what was typed must win wherever it was typed. */
export const withCommonFlags = (command: Command): Command =>
  withOutputFlags(command.option('-c, --config <file>', `the cluster's file (default: ${defaults.config})`));

/** Those for commands that read no cluster's file. */
export const withOutputFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('-o, --output <format>', 'format of the answer (default: table)').choices(['table', 'json']),
    )
    .option('--json', 'the answer as JSON, and progress and errors as JSON lines on stderr')
    .option('-v, --verbose', 'show each command that is run on a host')
    .option('-q, --quiet', 'show only the answer and errors')
    .option('--no-color', 'never colour the output (also: NO_COLOR)');

/** For what only groups commands: their help says nothing of flags that belong to each. */
export function withHiddenFlags(group: Command): void {
  for (const one of withCommonFlags(new Command()).options) group.addOption(one.hideHelp());
  group.addOption(new Option('-y, --yes').hideHelp());
}

/** The flags as typed before or after the command's name, the nearer one winning. */
export function commonFlags(command: Command): CommonFlags {
  const { json, ...flags } = typed(command);
  return { ...defaults, ...flags, ...(json && { output: 'json' }) };
}

/** How much is shown of a run, and in which form. Throws ConfigError when two flags contradict each other. */
export function shownBy(command: Command) {
  const { json = false, quiet = false, verbose = false } = typed(command);
  if (quiet && verbose)
    throw new ConfigError({
      what: '--quiet and --verbose contradict each other',
      next: ['use one of them'],
    });
  const verbosity = quiet ? 'quiet' : verbose ? 'verbose' : 'normal';
  return { hasEvents: json, verbosity } as const;
}

/** `--no-color`, before or after the command's name. */
export const hasNoColor = (command: Command): boolean =>
  command.opts<TypedFlags>().color === false || (command.parent !== null && hasNoColor(command.parent));

const typed = (command: Command | null): TypedFlags =>
  command === null ? {} : { ...typed(command.parent), ...defined(command.opts()) };

const defined = (flags: TypedFlags): TypedFlags =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
