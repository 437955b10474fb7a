// Everything a Host does, built on one function that runs a command. How it runs (SSH or here) is not known here.

import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Secret } from '../model/secret.ts';
import type { Action, Meaning, Query } from './command.ts';
import { defaultTimeoutMs, type Execute, type Ending, type Execution, outputLimit } from './execution.ts';
import { fileAt, sendFileArgv, writeFileArgv } from './file-query.ts';
import type { FileAttributes, Host } from './host.ts';
import { measureFile, readPieces } from './local-file.ts';
import { observeCommand } from './watch-commands.ts';
import { CommandError, DbctlError } from '../model/errors.ts';
import { quote } from './quote.ts';
import { lastLines, printable } from './printable.ts';

type Invocation = Omit<Action, 'kind' | 'stdin'> & { readonly stdin?: string | Secret | Readable };

/** A Host that does everything by running commands. */
export function commandHost(name: string, execute: Execute): Host {
  async function succeed(invocation: Invocation): Promise<string> {
    const { argv, asUser, stdin = '', timeoutMs = defaultTimeoutMs, meaning } = invocation;
    if (argv.some((word) => word.includes('\0')))
      throw new Error('an argument must not contain a NUL character');
    const execution = { argv, asUser, stdin: clear(stdin), timeoutMs };
    const ending = await observeCommand(
      name,
      { ...execution, argv: meaning?.typed ?? argv },
      execute(execution),
    );
    if (ending.outcome.kind === 'exited' && ending.outcome.code === 0) return ending.stdout;
    throw commandFailure(name, { ...execution, meaning }, ending);
  }

  const ask: Host['ask'] = async (query) => understand(name, query, await succeed(query));

  return {
    name,
    ask,
    async run(action) {
      await succeed(action);
    },
    readFile: (path) => ask(fileAt(path)),
    async writeFile(path, content, attributes) {
      const stdin: string = clear(content);
      const unique = randomBytes(6).toString('hex');
      const argv = writeFileArgv(path, attributes, Buffer.byteLength(stdin), unique);
      await succeed({ argv, stdin, meaning: writing(path, attributes) });
    },
    async sendFile(localPath, path, attributes, onBytes = () => {}) {
      const sent = await measureFile(localPath);
      const argv = sendFileArgv(path, attributes, sent, randomBytes(6).toString('hex'));
      const stdin = readPieces(localPath, onBytes);
      const meaning = writing(path, attributes);
      await succeed({ argv, stdin, timeoutMs: stallLimitMs, meaning }).catch((error: unknown) => {
        // What ended the reading here is the reason for what is missing there.
        throw stdin.errored ?? error;
      });
      return sent;
    },
  };
}

function writing(path: string, { owner, mode }: FileAttributes): Meaning {
  const [user = '', group = ''] = owner.split(':');
  const flags = ['-o', user, '-g', group, '-m', mode.toString(8)];
  return { doing: `cannot write ${path}`, typed: ['install', ...flags, '/dev/stdin', path] };
}

const clear = <Rest>(value: Secret | Rest): string | Rest =>
  value instanceof Secret ? value.reveal() : value;

/** How long nothing may move while a file is sent, and how long checking and syncing it may take. */
const stallLimitMs = 300_000;

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
    if (cause instanceof DbctlError) throw cause;
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
