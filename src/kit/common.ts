// Flags that every command understands, before or after its name.

import { Command, Option } from 'commander';
import { ConfigError } from '../model/errors.ts';

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
  for (const option of withCommonFlags(new Command()).options) group.addOption(option.hideHelp());
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
