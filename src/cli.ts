// The composition root: builds the program, runs it, turns any failure into an exit code.
// What a command needs is imported by its action, so that --help starts at once.

import { Command, CommanderError } from 'commander';
import { hasNoColor, withCommonFlags } from './kit/flags.ts';
import { list } from './cli/list.ts';
import { addCommands } from './kit/listed.ts';
import { probeExitCode } from './model/finding.ts';
import { declinesColour } from './config/environment.ts';
import { exitCode } from './model/errors.ts';
import { printable } from './host/printable.ts';
import { forbidColour } from './ui/terminal.ts';
import { version } from './model/version.ts';

/** Runs one command line and answers the exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  exitQuietlyWhenNobodyReads(process.stdout);
  goOnWhenNobodyReads(process.stderr);
  if (declinesColour()) forbidColour();
  const program = await buildProgram(argv);
  if (argv[2] === '__complete') return answerShell(program, argv.slice(3));
  const fail = async (error: unknown): Promise<number> => {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCode.ok;
    const { end, show } = await import('./kit/begin.ts');
    const code = show(error, argv, ['dbctl', ...namesOf(program, argv)]);
    return end(code !== exitCode.ok && isMonitoring(program, argv) ? probeExitCode.unknown : code);
  };
  // A bug in a callback, which no promise carries to us.
  process.once('uncaughtException', (bug) => {
    void fail(bug).then((code) => process.exit(code));
  });
  try {
    await program.parseAsync(argv);
    const { end } = await import('./kit/begin.ts');
    return end(Number(process.exitCode ?? exitCode.ok));
  } catch (error) {
    return fail(error);
  }
}

/** Shells ask this at every Tab; whatever is wrong is told when the command is run. */
async function answerShell(program: Command, words: readonly string[]): Promise<number> {
  const { answer } = await import('./cli/complete.ts');
  await answer(program, words).catch(() => {});
  return exitCode.ok;
}

/** Monitoring runs these. It would read our usual codes for a bug and for a wrong command line as WARNING and CRITICAL. */
const monitoring: ReadonlySet<string> = new Set(['probe', 'backup check', 'gateway status']);

const isMonitoring = (program: Command, argv: readonly string[]): boolean => {
  const name = namesOf(program, argv).join(' ');
  return monitoring.has(name) || (name === 'status' && argv.includes('--check'));
};

/** The command that the words name: `-c file backup check` is "backup", "check". */
function namesOf(parent: Command, words: readonly string[]): readonly string[] {
  const named = (word: string) =>
    parent.commands.find((command) => [command.name(), ...command.aliases()].includes(word));
  const index = words.findIndex((word) => named(word) !== undefined);
  const found = named(words[index] ?? '');
  return found ? [found.name(), ...namesOf(found, words.slice(index + 1))] : [];
}

/** The command line as commander knows it, complete as far as the words name commands. */
export async function buildProgram(words: readonly string[]): Promise<Command> {
  const program = withCommonFlags(new Command('dbctl'))
    .option('-y, --yes', 'agree to whatever would be asked')
    .description('Turns plain Linux hosts into a production PostgreSQL cluster, and keeps it healthy')
    .version(version())
    .exitOverride()
    .configureOutput({
      // Shown in the one form that errors have, by main.
      outputError: () => {},
      writeErr: (text) => words.includes('--json') || process.stderr.write(printable(text)),
    })
    .hook('preAction', async (_, command) => {
      if (hasNoColor(command)) forbidColour();
      const { begin } = await import('./kit/begin.ts');
      begin(command);
    });
  // What follows `lab ssh <host>` is not for us: `sh -c …` names no configuration.
  if (words.includes('lab')) program.enablePositionalOptions();
  await addCommands(program, words, list);
  return program;
}

/** `dbctl … | head` closes stdout early: that is no error of ours. */
function exitQuietlyWhenNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCode.ok);
    throw error;
  });
}

/** A run goes on when whoever read its progress is gone: the hosts are not left halfway. */
function goOnWhenNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
