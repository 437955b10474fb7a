// Flags that every command understands, before or after its name.

import { InvalidArgumentError, type Command } from 'commander';

export interface CommonFlags {
  /** The file that says what the cluster is. */
  readonly config: string;
  readonly output: 'table' | 'json';
}

const defaults: CommonFlags = { config: '.env.cluster', output: 'table' };

/** Adds the common flags to a command. Without defaults: what was typed must win wherever it was typed. */
export const withCommonFlags = (command: Command): Command =>
  command
    .option('-c, --config <file>', `the cluster's file (default: ${defaults.config})`)
    .option('-o, --output <format>', 'table or json (default: table)', chooseFormat)
    .option('--no-color', 'never colour the output (also: NO_COLOR)');

/** The flags as typed before or after the command's name, the nearer one winning. */
export const commonFlags = (command: Command): CommonFlags => ({ ...defaults, ...typed(command) });

const typed = (command: Command | null): Partial<CommonFlags> =>
  command === null ? {} : { ...typed(command.parent), ...defined(command.opts()) };

function chooseFormat(value: string): string {
  if (value === 'table' || value === 'json') return value;
  throw new InvalidArgumentError('table or json');
}

const defined = (flags: Partial<CommonFlags>): Partial<CommonFlags> =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
