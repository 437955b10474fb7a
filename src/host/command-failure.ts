import { CommandError } from '../model/errors.ts';
import type { Action, Query } from './command.ts';
import { quote } from './quote.ts';
import { type Ending, type Execution, outputLimit } from './execution.ts';
import { lastLines, printable } from './printable.ts';

/**
 * The error of a command that did not end with 0: the command line and the last words on its stderr. Never its stdin,
 * and never its stdout, which may be the content of a file that is secret.
 */
export function commandFailure(
  host: string,
  execution: Omit<Execution, 'stdin'> & Pick<Action, 'meaning'>,
  ending: Ending,
): CommandError {
  const { meaning } = execution;
  const said = lastLines(ending.stderr, 20);
  const line = shorten(printable(quote(execution.argv)));
  const account = execution.asUser === undefined ? '' : ` (as ${execution.asUser})`;
  const how = manner(ending.outcome, execution);
  return new CommandError({
    what:
      meaning === undefined
        ? `a command failed on ${host}: it ${how}`
        : `${meaning.doing} on ${host}: the command ${how}`,
    why: [`${line}${account}`, said].filter((part) => part !== '').join('\n'),
    next: [`log in and run it by hand on ${host}`, 'run the same dbctl command again: it is safe'],
  });
}

/** Parses an answer; nonsense is a CommandError that does not repeat it, because it may hold what is secret. */
export function understand<Answer>(
  host: string,
  { argv, meaning, parse }: Query<Answer>,
  stdout: string,
): Answer {
  try {
    return parse(stdout);
  } catch (cause) {
    throw new CommandError({
      what: `${host} gave an answer that dbctl cannot parse`,
      why: shorten(printable(quote(meaning?.typed ?? argv))),
      next: [`log in and run it by hand on ${host}`, 'run the same dbctl command again: it is safe'],
      cause,
    });
  }
}

function manner(outcome: Ending['outcome'], { timeoutMs }: Pick<Execution, 'timeoutMs'>): string {
  if (outcome.kind === 'exited') return `ended with exit code ${outcome.code}`;
  if (outcome.kind === 'killed') return `was killed by SIG${outcome.signal.replace(/^SIG/, '')}`;
  if (outcome.kind === 'printed too much')
    return `printed more than ${outputLimit / 1024 / 1024} MiB and was stopped`;
  if (outcome.kind === 'unknown') return 'ended without an exit status';
  return `did not end within ${timeoutMs / 1000} s; it may still be running there`;
}

const shorten = (line: string): string => (line.length > 500 ? `${line.slice(0, 500)} …` : line);
