// A fake host that understands: it answers the very commands that the builders of shell/ make.

import { Secret } from '../../src/model/secret.ts';
import type { Action, Query } from '../../src/host/command.ts';
import { runnerOf } from '../../src/postgres/control/control-of.ts';
import { acceptsConnections } from '../../src/postgres/instance.ts';
import { quote } from '../../src/host/quote.ts';
import type { Answers } from './fake-host.ts';
import { primary } from './shop.ts';

type Command = Query<unknown> | Action;
type Answer = string | (() => string | void);
interface Rule {
  readonly matches: (argv: readonly string[], stdin: string) => boolean;
  readonly answer: Answer;
}

/** What the host says to one command, or does when it is told. */
export const when = (command: Command, answer: Answer): Rule => ({
  matches: (argv, stdin) => quote(argv) === quote(command.argv) && stdin === textOf(command),
  answer,
});

/** How a start would go, with whatever files. */
export const whenTrial = (answer: Answer): Rule => ({
  matches: (argv) => argv.some((word) => word.includes('shared_memory_size_in_huge_pages')),
  answer,
});

/** What the host does with any SQL that contains this. */
export const whenSql = (part: string, answer: Answer): Rule => ({
  matches: (argv, stdin) => argv[0]?.endsWith('psql') === true && stdin.includes(part),
  answer,
});

/** The first rule that matches answers. What is asked only of a running server is not answered by one that is down. */
export const answering =
  (...rules: readonly Rule[]): Answers =>
  (argv, stdin) => {
    if (!argv[2]?.includes('echo not running')) return firstAnswer(rules, argv, stdin);
    const isDown = firstAnswer(rules, acceptsConnections(primary).argv, '') === yesOrNo(false);
    return isDown ? 'not running\n' : firstAnswer(rules, withoutAccount(argv.slice(6)), stdin);
  };

const withoutAccount = (argv: readonly string[]): readonly string[] =>
  argv.includes('setpriv') ? argv.slice(argv.indexOf('--') + 1) : argv;

function firstAnswer(rules: readonly Rule[], argv: readonly string[], stdin: string): string | undefined {
  const rule = rules.find(({ matches }) => matches(argv, stdin));
  // No other than systemd runs a server, unless a test says so.
  if (rule === undefined && argv[2] === runnerOf(primary).argv[2]) return '';
  return typeof rule?.answer === 'function' ? (rule.answer() ?? '') : rule?.answer;
}

export const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
/** What df says about a disk of so many GiB. */
export const disk = (gibibytes: number): string =>
  `Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 ${gibibytes * 1024 ** 2} 9 9 9% /\n`;
export const yesOrNo = (answer: boolean): string => (answer ? 'yes\n' : 'no\n');

const textOf = ({ stdin = '' }: Pick<Command, 'stdin'>): string =>
  stdin instanceof Secret ? stdin.reveal() : stdin;
