// The staging directory in which a restore is made, and the moves that bring it into place. Each move is one rename.

import * as v from 'valibot';
import type { BackupSet } from '../backup/backup-info.ts';
import type { Instance } from '../model/instance.ts';
import { parseTargetTime } from '../backup/recovery-target.ts';
import type { Need } from '../server/layout.ts';
import { stagingDirectoryOf, type RestoreRequest } from './restore.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';
import { pgbackrest, type BackupTablespace, type PgbackrestPlace } from '../backup/pgbackrest-query.ts';
import { fieldsIn } from '../model/answers.ts';

const Recovered = v.object({
  /** When the last transaction that was replayed had ended; null when there was none. */
  at: v.nullable(v.number()),
  lsn: v.nullable(v.string()),
  timeline: v.number(),
});
export type Recovered = v.InferOutput<typeof Recovered>;

const Staging = v.object({
  /** What it was made for: keyOf. */
  request: v.string(),
  label: v.string(),
  isRestored: v.boolean(),
  recovered: v.nullable(Recovered),
  /** Where recovery ended, also while it is not finished. */
  reached: v.nullable(Recovered),
  /** Whether the data is still here; false once it was put into place. */
  hasData: v.boolean(),
  /** Where the data that was replaced is kept; null when there was none. */
  kept: v.nullable(v.string()),
  /** Where what was in tablespaces, and WAL, is kept. */
  keptPlaces: v.optional(v.array(v.string()), []),
});
export type Staging = v.InferOutput<typeof Staging>;

/** What is in the staging directory; undefined when there is none. */
export const stagingState = (instance: Instance): Query<Staging | undefined> =>
  query(script('restore/staging.sh', stagingDirectoryOf(instance), instance.dataDirectory), parseStaging);

export function parseStaging(stdout: string): Staging | undefined {
  if (stdout === '') return undefined;
  const { of } = fieldsIn(stdout);
  return v.parse(Staging, {
    request: of('request'),
    label: of('label'),
    isRestored: of('restored') === 'true',
    recovered: JSON.parse(of('recovered')) as unknown,
    reached: JSON.parse(of('reached')) as unknown,
    hasData: of('data') === 'true',
    kept: of('kept') || null,
    keptPlaces: [...stdout.matchAll(/^place=(.+)$/gm)].map((match) => match[1]),
  });
}

/** What the staging directory takes on its disk, in bytes; 0 when there is none. */
export const stagingBytes = (instance: Instance): Query<number> =>
  query(sh('du -sB1 -- "$1" 2>/dev/null | cut -f 1', stagingDirectoryOf(instance)), Number);

interface RestoreManner {
  readonly timeline: number;
  readonly archiveMode: 'off' | 'preserve';
  readonly staging: string;
}

/** pgBackRest's argv for a restore into the staging directory; the script adds the other places and the command. */
export const restoreArgv = (
  place: PgbackrestPlace,
  { label, repository }: BackupSet,
  { target, exclusive }: RestoreRequest,
  { timeline, archiveMode, staging }: RestoreManner,
): readonly string[] =>
  pgbackrest(
    place,
    'restore',
    `--repo=${repository}`,
    `--set=${label}`,
    `--type=${target.type}`,
    ...('value' in target ? [`--target=${targetValue(target.type, target.value)}`] : []),
    ...(exclusive ? ['--target-exclusive'] : []),
    ...(target.type === 'default' ? [] : ['--target-action=promote']),
    ...(target.type === 'immediate' ? [] : [`--target-timeline=${timeline}`]),
    `--archive-mode=${archiveMode}`,
    // Without a map they would be restored over those of the cluster.
    `--tablespace-map-all=${staging}/mapped`,
  ).slice(0, -1);

/** A time as both pgBackRest and PostgreSQL read it: "2026-11-21 10:00:00.250000+00". */
function targetValue(type: string, value: string): string {
  if (type !== 'time') return value;
  const seconds = parseTargetTime(value)!;
  const fraction = /:\d\d(\.\d{1,6})/.exec(value)?.[1] ?? '';
  return `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ')}${fraction}+00`;
}

/**
 * The restore_command of a server in the staging directory: with its own queue, apart from the running server's. What
 * the repository does not have, or has damaged, is taken from the data that is replaced.
 */
export const fetchCommand = (
  { config, stanza }: PgbackrestPlace,
  staging: string,
  oldData: string | undefined,
): string =>
  [
    `pgbackrest --config=${config} --stanza=${stanza} --pg1-path=${staging}/data --lock-path=${staging}/lock`,
    `--spool-path=${staging}/spool --log-level-console=warn --log-level-file=off archive-get %f "%p"`,
    ...(oldData === undefined ? [] : [`|| cp -- "${oldData}/pg_wal/%f" "%p"`]),
  ].join(' ');

/** Names of the WAL files that a data directory has itself. */
export const presentWal = ({ dataDirectory }: Instance): Query<readonly string[]> =>
  query(script('restore/present-wal.sh', dataDirectory), (stdout) =>
    stdout.split('\n').filter((name) => /^[0-9A-F]{24}$/.test(name)),
  );

/** Tablespaces of restored data that go to other disks, with what they need there, in bytes. */
export const placeNeeds = (
  instance: Instance,
  tablespaces: readonly Pick<BackupTablespace, 'oid' | 'path'>[],
): Query<readonly Need[]> =>
  query(
    script(
      'restore/room-for-places.sh',
      stagingDirectoryOf(instance),
      ...tablespaces.map(({ oid, path }) => `${oid}=${path}`),
    ),
    (stdout) =>
      [...stdout.matchAll(/^(\S+) +(\d+) (\d+) (.*)$/gm)].map(
        ([, device = '', free = '', needed = '', path = '']) => ({
          path,
          disk: { device, totalBytes: 0, freeBytes: Number(free) * 1024 },
          bytes: Number(needed) * 1024,
        }),
      ),
  );

/** Gives restored data its place. What was there is kept beside it, under the time of the restore. */
export const putInPlace = (
  instance: Instance,
  tablespaces?: readonly Pick<BackupTablespace, 'oid' | 'path'>[],
): Action =>
  action(
    script(
      'restore/put-in-place.sh',
      stagingDirectoryOf(instance),
      instance.dataDirectory,
      ...(tablespaces ? ['in place', ...tablespaces.map(({ oid, path }) => `${oid}=${path}`)] : []),
    ),
    { timeoutMs: 12 * 3_600_000 },
  );

/** Forgets the staging directory. */
export const removeStaging = (instance: Instance): Action =>
  action(['rm', '-rf', '--', stagingDirectoryOf(instance), `${stagingDirectoryOf(instance)}-new`]);

/** The timeline that a data directory was on at its last checkpoint; undefined when there is no data, 0 when nobody can say. */
export const dataTimeline = ({ binDirectory, dataDirectory }: Instance): Query<number | undefined> =>
  query(
    sh(
      '[ ! -e "$2/PG_VERSION" ] || LC_ALL=C "$1/pg_controldata" -D "$2" 2>/dev/null || echo unreadable',
      binDirectory,
      dataDirectory,
    ),
    (stdout) =>
      stdout === '' ? undefined : Number(/^Latest checkpoint's TimeLineID:\s*(\d+)$/m.exec(stdout)?.[1] ?? 0),
  );

/** Tells that a server was stopped for a restore, and is to run again when that is refused. */
export const stoppedNote = ({ dbctlDirectory }: Instance): string => `${dbctlDirectory}/stopped-for-restore`;

export const noteStopped = (instance: Instance): Action => action(['touch', '--', stoppedNote(instance)]);

export const removeStoppedNote = (instance: Instance): Action =>
  action(['rm', '-f', '--', stoppedNote(instance)]);

/** Takes a data directory away, into `to`; without `keep` it is removed then. */
export const discardData = ({ dataDirectory }: Instance, to: string, keep: boolean): Action =>
  action(script('restore/discard-data.sh', dataDirectory, to, keep ? 'keep' : 'remove'), {
    timeoutMs: 3_600_000,
  });
