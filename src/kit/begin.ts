// The beginning and the end of a run, as the command line sees them.

import { CommanderError, type Command } from 'commander';
import { stateDirectory } from '../config/environment.ts';
import { ConfigError, exitCode } from '../model/errors.ts';
import { quote } from '../host/quote.ts';
import { beginRun, currentRun } from '../ui/current-run.ts';
import type { Run, RunOptions } from '../ui/run.ts';
import { version } from '../model/version.ts';
import { namesOf } from './command.ts';
import { shownBy } from './flags.ts';

/** To be called once a command is known, before it does anything. Throws ConfigError for flags that contradict. */
export const begin = (command: Command): Run =>
  beginWith({ ...shownBy(command), command: namesOf(command).join(' ') });

/** Shows an error, and answers the exit code. `words` were typed, of which `command` names the command: "dbctl", "backup". */
export function show(error: unknown, words: readonly string[], command: readonly string[]): number {
  const run = currentRun() ?? beginWith({ hasEvents: asksForEvents(words) });
  if (!(error instanceof CommanderError)) return run.fail(error);
  // Help that was not asked for has been shown.
  if (error.code === 'commander.help' && !run.options.hasEvents) return exitCode.usage;
  return run.fail(asConfigError(error, command));
}

/** Ends the run, and answers the exit code. */
export function end(code: number): number {
  currentRun()?.end(code);
  return code;
}

/** Whether `--json` was typed: all that is known before the command line is understood. */
const asksForEvents = (words: readonly string[]): boolean => words.includes('--json');

const beginWith = (options: Partial<RunOptions>): Run =>
  beginRun({
    command: 'dbctl',
    line: quote(['dbctl', ...process.argv.slice(2)]),
    version: version(),
    verbosity: 'normal',
    hasEvents: false,
    terminal: process.stderr,
    stateDirectory: stateDirectory(),
    ...options,
  });

function asConfigError({ code, message }: CommanderError, command: readonly string[]): ConfigError {
  const [what = '', hint = ''] = message.replace(/^error: /, '').split('\n');
  const meant = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(hint)?.[1];
  return new ConfigError({
    what: code === 'commander.help' ? `${command.join(' ')} needs a command` : what,
    next: [
      ...(meant === undefined ? [] : [`did you mean: ${meant}`]),
      `see what can be typed: ${command.join(' ')} --help`,
    ],
  });
}
