import { Chalk } from 'chalk';
import { exitCode } from '../model/errors.ts';
import { printable } from '../host/printable.ts';
import { colourLevel, type Terminal } from './terminal.ts';
import { errorEvents } from './event-text.ts';

/** Shows an error the way a user can act on it, without what would steer the terminal; answers the exit code. */
export function printError(error: unknown, terminal: Terminal): number {
  const chalk = new Chalk({ level: colourLevel(terminal) });
  const errors = errorEvents(error);
  for (const { what, why, next, exitCode: code } of errors) {
    terminal.write(`${chalk.red(code === exitCode.bug ? 'bug' : 'error')} ${printable(what)}\n`);
    if (why) terminal.write(`${indent(printable(why))}\n`);
    for (const advice of next) terminal.write(`${chalk.cyan('→')} ${printable(advice)}\n`);
  }
  return Math.max(...errors.map((one) => one.exitCode));
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');
