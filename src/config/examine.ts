// Everything that lines say together, and everything that is wrong with them.

import { checkLag, checkRoles } from './build-cluster.ts';
import { checkBackup } from './check-backup.ts';
import { parseSettings } from './parse.ts';
import type { Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import { topologyOf } from './topology.ts';

type Examined = Omit<ReturnType<typeof parseSettings>, 'problems'> & {
  readonly topology: ReturnType<typeof topologyOf>;
  readonly problems: readonly Problem[];
};

/**
 * Reads lines and checks them against each other. `directory` is where relative paths start; `unreadable` are problems
 * of lines that are not among the entries. Answers all problems but those.
 */
export function examine(
  entries: readonly Entry[],
  directory: string,
  unreadable: readonly Problem[] = [],
): Examined {
  const { problems, ...parsed } = parseSettings(entries, directory, settingsIn(unreadable));
  const topology = topologyOf(parsed.settings);
  const faulty = settingsIn([...unreadable, ...problems]);
  const all = [
    ...problems,
    ...topology.problems,
    ...checkRoles(parsed.settings),
    ...checkLag(parsed.settings),
    ...checkBackup(parsed.settings, topology.control, faulty),
  ];
  return { ...parsed, topology, problems: all };
}

const settingsIn = (problems: readonly Problem[]): ReadonlySet<string> =>
  new Set(problems.flatMap(({ setting }) => setting ?? []));
