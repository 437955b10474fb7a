import { dirname, resolve } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { ConfigError } from '../errors.ts';
import { buildCluster } from './build-cluster.ts';
import { deepFreeze } from './deep-freeze.ts';
import { parseSettings } from './parse.ts';
import { Misfit, type Problem } from './problem.ts';
import { isOpenToOthers, readSmallFile } from './read-file.ts';
import { readLines } from './read-lines.ts';
import type { Settings } from './settings.ts';

/** Reads .env.cluster. Throws one ConfigError that lists every problem. process.env is left alone. */
export function loadCluster(file: string): Cluster {
  const found = openFile(file);
  const problems: Problem[] = [];
  if (isOpenToOthers(found)) {
    const mode = `0${found.mode.toString(8)}`;
    problems.push({ text: `can be read by others than its owner (mode ${mode})`, next: `chmod 600 ${file}` });
  }
  return readCluster(found.text, file, problems);
}

/** The text of .env.cluster as it is. Throws ConfigError when it is no readable text file. */
export const readClusterText = (file: string): string => openFile(file).text;

/** Understands the text of .env.cluster; `file` is where it was found. Throws like loadCluster. */
export function parseCluster(text: string, file: string): Cluster {
  return readCluster(text, file, []);
}

function readCluster(text: string, file: string, earlier: readonly Problem[]): Cluster {
  const path = resolve(file);
  const directory = dirname(path);
  const lines = readLines(text);
  const { settings, parameters, problems } = parseSettings(lines.entries, directory);
  const unreadable = new Set(lines.problems.map(({ setting }) => setting));
  const found = [
    ...earlier,
    ...lines.problems,
    ...problems.filter(({ setting }) => !unreadable.has(setting)),
  ];

  const built =
    problems.length === 0 ? buildCluster(settings as Settings, parameters, path, directory) : undefined;
  const all = [...found, ...(built?.problems ?? [])];
  if (!built || all.length > 0) {
    const lineOf = new Map(lines.entries.map(({ name, line }) => [name, line]));
    throw problemError(file, all, (setting) => lineOf.get(setting));
  }
  return deepFreeze(built.cluster);
}

function openFile(file: string): ReturnType<typeof readSmallFile> {
  try {
    return readSmallFile(file);
  } catch (cause) {
    if (!(cause instanceof Misfit)) throw cause;
    throw new ConfigError({
      what: `${file} ${cause.message}`,
      next: [
        'start from the example: install -m 600 .env.cluster.example .env.cluster',
        'or name another file: --config FILE',
      ],
      cause,
    });
  }
}

function problemError(
  file: string,
  problems: readonly Problem[],
  lineOf: (setting: string) => number | undefined,
): ConfigError {
  const lines = problems
    .map((problem) => ({ ...problem, line: problem.line ?? (problem.setting && lineOf(problem.setting)) }))
    .map(({ setting, line, text }) => ({
      line: line || Infinity,
      text: sentence(setting, line || undefined, text),
    }))
    .toSorted((a, b) => (a.line === b.line ? 0 : a.line - b.line));
  return new ConfigError({
    what: `${file} has ${problems.length} problem${problems.length === 1 ? '' : 's'}`,
    why: lines.map(({ text }) => text).join('\n'),
    next: [
      ...new Set(problems.flatMap(({ next }) => next?.replace('FILE', file) ?? [])),
      'every setting is explained in .env.cluster.example and docs/configuration.md',
    ],
  });
}

function sentence(setting: string | undefined, line: number | undefined, text: string): string {
  const where = line === undefined ? '' : `line ${line}: `;
  if (setting === undefined) return `${where || 'the file '}${text}`;
  return `${where}${setting}${/^(is|and|must|can|contains|sets)\b/.test(text) ? '' : ':'} ${text}`;
}
