// pgBackRest's command line. Its secrets are in its configuration files, never in its argv (it refuses them there).

import * as v from 'valibot';
import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Instance } from '../model/instance.ts';
import { pgbackrestFiles, pgbackrestUser } from './pgbackrest.ts';
import type { BackupInfo } from './backup-info.ts';
import { loneQuery, query, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';
import { parseInfo } from './pgbackrest-info.ts';
import { historyFileOf, parseHistory } from '../model/timeline-history.ts';
import { timelineOf, type Histories } from './timeline.ts';

/** Which pgBackRest is meant: the configuration of a node, or of the control host. */
export interface PgbackrestPlace {
  readonly config: string;
  readonly stanza: string;
}

/** The cluster's place in the repository, as the control host sees it. */
export const controlPlace = (
  cluster: Pick<Cluster, 'name'>,
  { stanza }: Pick<Backup, 'stanza'>,
): PgbackrestPlace => ({
  config: pgbackrestFiles(cluster).controlConfig,
  stanza,
});

export const program = '/usr/bin/pgbackrest';

/** What it says goes to its standard output: warnings name the link that failed, the final error does not. */
const logging = ['--log-level-console=info', '--log-level-stderr=off', '--log-level-file=off'];

/**
 * For a command that only looks: a host that does not answer is given up after three tries of ten seconds, not of sixty.
 * Never for work that moves data, where a slow disk or store may be silent for longer.
 */
export const ioTimeout10s = '--io-timeout=10';

/** The argv of a pgBackRest command. */
export const pgbackrest = (
  { config, stanza }: PgbackrestPlace,
  command: string,
  ...options: readonly string[]
): readonly string[] => [
  program,
  `--config=${config}`,
  `--stanza=${stanza}`,
  ...logging,
  ...options,
  command,
];

/** The argv of a command that says its answer and nothing else; what went wrong is on standard error. */
export const plainAnswer = (
  { config, stanza }: PgbackrestPlace,
  ...words: readonly string[]
): readonly string[] => [
  program,
  `--config=${config}`,
  `--stanza=${stanza}`,
  '--log-level-console=off',
  '--log-level-stderr=error',
  ...words,
];

/** The version, "2.55.1"; undefined when it is not installed. */
export const pgbackrestVersion = (): Query<string | undefined> =>
  query(
    sh('[ ! -x "$1" ] || exec "$1" version', program),
    (stdout) => /^pgBackRest (\S+)/.exec(stdout)?.[1],
    { asUser: 'nobody' },
  );

/** How a pgBackRest command ended, and what it said. Exit codes: pgbackrest's build/error.yaml. */
export interface PgbackrestEnd {
  readonly exitCode: number;
  /** Its warnings and errors, without times and process numbers, oldest first. */
  readonly complaints: readonly string[];
}

const endScript = '"$@" 2>&1; echo "exit $?"';

/** Runs a command that changes nothing, whatever its exit code. `timeoutMs` is its own business to keep. */
export const askEnd = (argv: readonly string[], timeoutMs = 120_000): Query<PgbackrestEnd> =>
  loneQuery(sh(endScript, ...argv), parseEnd, { asUser: pgbackrestUser, timeoutMs });

export function parseEnd(stdout: string): PgbackrestEnd {
  const [, said = '', code = ''] = /^([^]*?)exit (\d+)\n?$/.exec(stdout) ?? [];
  if (code === '') throw new Error('pgbackrest ended without an exit code');
  return { exitCode: Number(code), complaints: complaintsOf(said) };
}

/** "2026-11-21 10:00:00.123 P00   WARN: text" with the lines that go on below it; other lines are left out. */
export function complaintsOf(said: string): readonly string[] {
  const complaints: string[] = [];
  let isComplaint = false;
  for (const line of said.split('\n')) {
    const [, level, text = ''] = /^(?:\S+ \S+ )?P\d\d +(\w+): (.*)$/.exec(line) ?? [];
    if (level !== undefined) {
      isComplaint = level === 'WARN' || level === 'ERROR' || level === 'ASSERT';
      if (isComplaint) complaints.push(text);
    } else if (/^ *-{20,}$/.test(line)) {
      // Below it pgBackRest says what its developers want to know.
      isComplaint = false;
    } else if (isComplaint && line.trim() !== '') complaints.push(line.trim());
  }
  return complaints;
}

/** What is in the repository; undefined when it has no such stanza. `timeout` is pgBackRest's own option. */
export const backupInfo = (
  place: PgbackrestPlace,
  timeout: string = ioTimeout10s,
): Query<BackupInfo | undefined> =>
  loneQuery(
    plainAnswer(place, '--output=json', timeout, 'info'),
    (stdout) => parseInfo(stdout, place.stanza),
    {
      asUser: pgbackrestUser,
      timeoutMs: 120_000,
    },
  );

/** What the .history files of these timelines say, from the repository; one that is not there says nothing. */
export const timelineHistories = (
  { config, stanza }: PgbackrestPlace,
  archiveId: string,
  timelines: readonly number[],
): Query<Histories> =>
  loneQuery(
    script(
      'backup/histories.sh',
      ...[config, stanza, `archive/${stanza}/${archiveId}`],
      ...timelines.map(historyFileOf),
    ),
    parseHistories,
    { asUser: pgbackrestUser, timeoutMs: 120_000 },
  );

/** "history 00000002.history", and what is in it. */
export function parseHistories(stdout: string): Histories {
  const [, ...parts] = stdout.split(/^history (?=[0-9A-F]{8}\.history$)/m);
  const found = parts.map(
    (part) => [timelineOf(part), parseHistory(part.slice(part.indexOf('\n')))] as const,
  );
  return new Map(found.filter(([, ancestors]) => ancestors.length > 0));
}

/** The same of the files that a data directory has itself: those that it made, and those that it followed. */
export const localHistories = ({ dataDirectory }: Pick<Instance, 'dataDirectory'>): Query<Histories> =>
  query(script('postgres/histories.sh', dataDirectory), parseHistories);
/** A tablespace, as a backup has it. */
export interface BackupTablespace {
  readonly oid: string;
  readonly name: string;
  readonly path: string;
}

const Sets = v.array(
  v.object({
    backup: v.array(
      v.object({
        tablespace: v.nullish(
          v.array(v.object({ oid: v.number(), name: v.string(), destination: v.string() })),
        ),
      }),
    ),
  }),
);

/** The tablespaces in one backup. */
export const backupTablespaces = (
  place: PgbackrestPlace,
  { label, repository }: { readonly label: string; readonly repository: number },
): Query<readonly BackupTablespace[]> =>
  loneQuery(
    plainAnswer(place, '--output=json', ioTimeout10s, `--repo=${repository}`, `--set=${label}`, 'info'),
    parseTablespaces,
    { asUser: pgbackrestUser, timeoutMs: 120_000 },
  );

export const parseTablespaces = (stdout: string): readonly BackupTablespace[] =>
  v
    .parse(Sets, JSON.parse(stdout))
    .flatMap(({ backup }) => backup)
    .flatMap(({ tablespace }) => tablespace ?? [])
    .map(({ oid, name, destination }) => ({ oid: String(oid), name, path: destination }));
