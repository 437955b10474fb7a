import { dirname, resolve } from 'node:path';
import { bucketOf, isOwnStore, type Backup, type RepositoryTarget } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { ConfigError } from '../model/errors.ts';
import { buildCluster } from './build-cluster.ts';
import { examine } from './examine.ts';
import { expandHome } from './shown-path.ts';
import type { RawValue } from './raw-value.ts';
import { publishCluster } from './loaded.ts';
import { problemError, InvalidValue, type Problem } from './problem.ts';
import { isOpenToOthers, readSmallFile, type LocalFile } from './read-file.ts';
import { readLines, type Entry } from './read-lines.ts';
import { settingRows, type Settings } from './settings.ts';
import { secretsIn } from '../model/redact.ts';
import { Secret } from '../model/secret.ts';

/** A cluster, and where each of its settings stands. */
export interface LoadedConfig {
  readonly cluster: Cluster;
  /** The lines of the settings that were given, by the settings' own names. */
  readonly origins: ReadonlyMap<string, RawValue>;
  /** Every line with a value, as it is in the file. */
  readonly entries: readonly Entry[];
}

/** Reads .env.cluster. Throws one ConfigError that lists every problem. process.env is left alone. */
export const loadCluster = (file: string): Cluster => loadConfig(file).cluster;

/** Reads .env.cluster for a command that shows how it is understood. Throws like loadCluster. */
export function loadConfig(file: string): LoadedConfig {
  const found = openFile(file);
  const mode = `0${found.mode.toString(8)}`;
  const text = `can be read or changed by others than its owner (mode ${mode})`;
  const problems = isOpenToOthers(found) ? [{ text, next: `chmod 600 ${file}` }] : [];
  return understand(found.text, file, problems);
}

/** Reads .env.cluster for a command that needs backups. Throws ConfigError also when it names no repository. */
export function loadBackedUpCluster(file: string): { readonly cluster: Cluster; readonly backup: Backup } {
  const cluster = loadCluster(file);
  if (cluster.backup !== undefined) return { cluster, backup: cluster.backup };
  throw new ConfigError({
    what: `${file} sets up no backups`,
    why: 'BACKUP_REPOSITORY is not set.',
    next: ['read what it accepts: dbctl config explain BACKUP_REPOSITORY', 'then: dbctl backup setup'],
  });
}

/** The text of .env.cluster as it is. Throws ConfigError when it is no readable text file. */
export const readClusterText = (file: string): string => openFile(file).text;

/** Understands the text of .env.cluster; `file` is where it belongs. Throws like loadCluster. */
export const parseCluster = (text: string, file: string): Cluster => understand(text, file, []).cluster;

function understand(text: string, file: string, earlier: readonly Problem[]): LoadedConfig {
  const path = resolve(file);
  const lines = readLines(text, file);
  const { settings, parameters, origins, topology, problems } = examine(
    lines.entries,
    dirname(path),
    lines.problems,
  );
  const all = [...earlier, ...lines.problems, ...problems];
  if (all.length > 0) {
    const lineOf = new Map([...origins].map(([name, { line }]) => [name, line]));
    for (const { name, line } of lines.entries) lineOf.set(name, line);
    throw problemError(file, all, lineOf);
  }
  const built = buildCluster(settings as Settings, parameters, topology, path);
  const former = settings.BACKUP_MOVE_FROM;
  const before = former && resolve(dirname(path), expandHome(former));
  const cluster = before && built.backup ? moving(built, built.backup, before) : built;
  return { cluster: publishCluster(deepFreeze(cluster)), origins, entries: lines.entries };
}

/** The same cluster with the repository of a former file, which is left step by step. */
function moving(cluster: Cluster, backup: Backup, file: string): Cluster {
  const former = loadCluster(file).backup;
  const problem = moveProblem(backup, former);
  if (problem !== undefined || former === undefined) throw cannotMove(file, problem ?? '');
  const { repository, cipherPass, retention } = former;
  return { ...cluster, backup: { ...backup, movingFrom: { repository, cipherPass, retention } } };
}

const cannotMove = (file: string, why: string): ConfigError =>
  new ConfigError({
    what: `backups cannot move away from the repository of ${file}`,
    why,
    next: ['see docs/backups.md, "Moving to another repository"', 'or take BACKUP_MOVE_FROM out of the file'],
  });

function openFile(file: string): LocalFile {
  try {
    return readSmallFile(file);
  } catch (cause) {
    if (!(cause instanceof InvalidValue)) throw cause;
    throw new ConfigError({
      what: `${file} ${cause.message}`,
      why: `It was looked for in ${dirname(resolve(file))}.`,
      next: [
        'go to the directory of the cluster, or name its file with --config',
        'for a new cluster: dbctl init',
      ],
      cause,
    });
  }
}

/** Freezes a value and everything it holds. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/** Why backups cannot move from the former repository to the new one while both are written to; undefined: they can. */
export function moveProblem(now: Backup, former: Backup | undefined): string | undefined {
  if (former === undefined) return 'It has no repository.';
  if (former.stanza !== now.stanza) return `It has another stanza: ${former.stanza}, not ${now.stanza}.`;
  if (placeOf(former) === placeOf(now)) return 'It has the same repository.';
  if (isOwnStore(former.repository) && isOwnStore(now.repository)) {
    return 'The control host runs one store at a time: move to posix first, and from there on.';
  }
  return undefined;
}

const placeOf = (target: RepositoryTarget): string => {
  const bucket = bucketOf(target);
  return bucket ? `${bucket.host}:${bucket.port}/${bucket.bucket}` : 'posix';
};

/** Every secret that .env.cluster holds or names, also of settings that the cluster does not use. */
export const allSecrets = ({ cluster, origins }: LoadedConfig): readonly Secret[] => [
  ...secretsIn(cluster),
  ...settingRows.flatMap(([name, { isSecret }]) => {
    const given = isSecret ? origins.get(name) : undefined;
    return given ? [new Secret(given.text)] : [];
  }),
];
