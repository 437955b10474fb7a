import { Chalk } from 'chalk';
import { DbctlError, exitCode } from '../model/errors.ts';
import { printable } from '../host/printable.ts';
import { colourLevel, type Terminal } from './terminal.ts';

/** Shows an error the way a user can act on it, without what would steer the terminal; answers the exit code. */
export function printError(error: unknown, terminal: Terminal): number {
  if (error instanceof AggregateError) {
    return Math.max(...error.errors.map((one) => printError(one, terminal)));
  }
  const chalk = new Chalk({ level: colourLevel(terminal) });
  if (!(error instanceof DbctlError)) {
    const stack = error instanceof Error ? error.stack : String(error);
    terminal.write(
      `${chalk.red('bug')} internal error in dbctl; please report it with the output of: dbctl report\n${indent(printable(stack ?? ''))}\n`,
    );
    return exitCode.bug;
  }
  terminal.write(`${chalk.red('error')} ${printable(error.message)}\n`);
  if (error.why) terminal.write(`${indent(printable(error.why))}\n`);
  for (const advice of error.next) terminal.write(`${chalk.cyan('→')} ${printable(advice)}\n`);
  return error.exitCode;
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');
