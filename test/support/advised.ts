// Command lines of dbctl that texts name: in the advice of errors, in help and in the docs.

import type { Command } from 'commander';

export interface Advised {
  /** "backup setup" */
  readonly command: string;
  /** Flags that stand with it, "--type". */
  readonly flags: readonly string[];
  /** Flags that it does not have, and words that no command has. */
  readonly wrong: readonly string[];
  readonly text: string;
}

/**
 * The command lines in a text. They stand after a colon, in backquotes or at its beginning, and end where the sentence goes
 * on; anywhere else "dbctl wrote" is prose.
 */
export const advisedIn = (text: string, program: Command): readonly Advised[] =>
  [...text.matchAll(/(?:^|: |`|\$\(|"|\n|\$ )dbctl ([a-z][^\n`;,)"]*)/g)].map(([, line = '']) =>
    advised(line, program),
  );

function advised(line: string, program: Command): Advised {
  const words = line.trim().split(/\s+/);
  let command = program;
  const names: string[] = [];
  for (const word of words) {
    const next = command.commands.find((one) => [one.name(), ...one.aliases()].includes(word));
    if (next === undefined) break;
    command = next;
    names.push(next.name());
  }
  const flags = words.flatMap((word) => /^--[a-z][a-z-]*/.exec(word) ?? []);
  const known = new Set(['--help', '--version', ...optionsOf(command)]);
  // What follows `lab ssh <host>` is somebody else's.
  const own = names.join(' ') === 'lab ssh' ? [] : flags;
  const isProse = /^(?:[a-z]+s|have|on|then|cannot)$/.test(words[0]!);
  const wrong = names.length > 0 ? own.filter((flag) => !known.has(flag)) : isProse ? [] : words.slice(0, 1);
  return { command: names.join(' '), flags, wrong, text: line };
}

const optionsOf = (command: Command): readonly string[] => [
  ...command.options.flatMap(({ long }) => long ?? []),
  ...(command.parent ? optionsOf(command.parent) : []),
];
