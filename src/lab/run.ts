// Programs of this machine: argv in, standard output out. No shell in between.

import { execa, ExecaError } from 'execa';
import { CommandError } from '../model/errors.ts';

const keptLines = 20;

/** Runs a program to its end. A non-zero exit is a CommandError with the last lines it said. */
export async function run(
  argv: readonly string[],
  options: { readonly input?: string } = {},
): Promise<string> {
  const [file, ...rest] = argv as [string, ...string[]];
  try {
    return (await execa(file, rest, { ...options, env: { LC_ALL: 'C' }, stripFinalNewline: false })).stdout;
  } catch (cause) {
    throw failure(
      argv,
      cause instanceof ExecaError && typeof cause.stderr === 'string' ? cause.stderr : '',
      cause,
    );
  }
}

/** Like run, but answers the exit code: for questions whose no is an exit code. */
export async function exitCodeOf(argv: readonly string[]): Promise<number> {
  const [file, ...rest] = argv as [string, ...string[]];
  const { exitCode } = await execa(file, rest, { reject: false, stdin: 'ignore' });
  return exitCode ?? 255;
}

/** Runs a long program and hands over each line it says, of both streams, as it comes. */
export async function follow(argv: readonly string[], onLine: (line: string) => void): Promise<void> {
  const [file, ...rest] = argv as [string, ...string[]];
  const child = execa(file, rest, {
    all: true,
    stdin: 'ignore',
    env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  const said: string[] = [];
  const lines = (async () => {
    for await (const line of child.iterable({ from: 'all' })) {
      said.push(line);
      if (said.length > keptLines) said.shift();
      onLine(line);
    }
  })();
  try {
    await Promise.all([child, lines]);
  } catch (cause) {
    throw failure(argv, said.join('\n'), cause);
  }
}

function failure(argv: readonly string[], said: string, cause: unknown): CommandError {
  const code = cause instanceof ExecaError ? (cause.exitCode ?? cause.signal ?? cause.code) : undefined;
  return new CommandError({
    what: `${argv[0]} failed${code === undefined ? '' : ` (${code})`}`,
    why: `${argv.join(' ')}\n${said.trim().split('\n').slice(-keptLines).join('\n')}`.trim(),
    next: ['run the same command again: it clears what is left of this one'],
    cause,
  });
}
