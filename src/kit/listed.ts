// Commands as data. A command's own file is imported only when the command line names it: with dozens of them,
// importing all would cost --help more than Node's own start.

import type { Command } from 'commander';
import { withHiddenFlags } from './flags.ts';

export interface Listed {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What it does, in one line; missing where it only adds to a command of another area. */
  readonly about?: string;
  /** The heading in --help that it stands under. */
  readonly group?: string;
  /** Gives it its flags, its arguments and its action. */
  readonly complete?: () => Promise<(bare: Command) => unknown>;
  /** What may follow its name: `dbctl backup run`. */
  readonly children?: readonly Listed[];
  /** Whether one of them passes through what follows its arguments. */
  readonly hasPassThrough?: true;
}

/** One list; commands of one name are one command, with what may follow it in each list. */
export function joined(lists: readonly (readonly Listed[])[]): readonly Listed[] {
  const commands = new Map<string, Listed>();
  for (const one of lists.flat()) {
    const first = commands.get(one.name);
    const children = [...(first?.children ?? []), ...(one.children ?? [])];
    commands.set(one.name, { ...one, ...first, ...(children.length > 0 && { children }) });
  }
  return [...commands.values()];
}

/** Adds every command to the program; those that one of the words names are complete, the others have a name only. */
export async function addCommands(
  program: Command,
  words: readonly string[],
  commands: readonly Listed[],
): Promise<void> {
  for (const { name, aliases = [], about = '', group, complete, children, hasPassThrough } of commands) {
    const bare = program.command(name).aliases(aliases).description(about);
    if (group) bare.helpGroup(group);
    if (![name, ...aliases].some((one) => words.includes(one))) continue;
    if (complete) (await complete())(bare);
    else withHiddenFlags(bare);
    if (hasPassThrough) bare.enablePositionalOptions();
    if (children) await addCommands(bare, words, children);
  }
}
