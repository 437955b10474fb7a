// Work that changes the repository, one after the other: dbctl's own by a lock that they wait for, others by
// pgBackRest's lock, at which they fail.

import { change, type Change } from '../model/change.ts';
import { pgbackrestFiles, pgbackrestUser, runNoteOf } from './pgbackrest.ts';
import type { BackupType } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { loneQuery, query, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import {
  askEnd,
  pgbackrest,
  plainAnswer,
  program,
  type PgbackrestEnd,
  type PgbackrestPlace,
  controlPlace,
} from './pgbackrest-query.ts';

/** Exit code when its turn did not come in time. */
export const lockTimeoutCode = 75;
/** pgBackRest's exit code when another pgBackRest process holds the stanza. */
export const lockHeldCode = 50;

/** The argv of work that waits until the work before it has ended, for so many seconds. */
export const withRepositoryLock = (
  cluster: Pick<Cluster, 'name'>,
  argv: readonly string[],
  waitSeconds = 6 * 3600,
): readonly string[] => [
  '/usr/bin/flock',
  `--timeout=${waitSeconds}`,
  `--conflict-exit-code=${lockTimeoutCode}`,
  pgbackrestFiles(cluster).backupLock,
  ...argv,
];

/** The program that writes down on the control host how a backup ended. */
export const notedProgram = '/usr/local/lib/dbctl/noted.sh';

/** The argv of a backup, for a unit of dbctl's or a schedule. Needs the program above on the control host. */
export const backupArgv = (cluster: Cluster, stanza: string, type: BackupType): readonly string[] => [
  '/bin/sh',
  notedProgram,
  runNoteOf(cluster, type),
  ...withRepositoryLock(cluster, pgbackrest(controlPlace(cluster, { stanza }), 'backup', `--type=${type}`)),
];

/** The unit that makes a backup because somebody asked for it; without ".service". */
export const backupUnitNow = ({ name }: Pick<Cluster, 'name'>, type: BackupType): string =>
  `dbctl-backup-${name}-${type}-now`;

/** The unit that makes a backup when its time has come; without ".service" or ".timer". */
export const backupUnitTimed = ({ name }: Pick<Cluster, 'name'>, type: BackupType): string =>
  `dbctl-backup-${name}-${type}`;

/** Those of the units that run or wait for their turn. */
export const runningUnits = (units: readonly string[]): Query<readonly string[]> =>
  query(
    [
      'systemctl',
      'list-units',
      '--plain',
      '--no-legend',
      '--full',
      '--state=activating,running',
      '--',
      ...units.map((unit) => `${unit}.service`),
    ],
    (stdout) => stdout.split('\n').flatMap((line) => /^(\S+)\.service\s/.exec(line)?.[1] ?? []),
  );

const holders = `
lslocks --noheadings --raw --output PID,PATH | while read -r pid path; do
  case $path in "$1"*) ps -o pid=,user=,unit=,args= -p "$pid" ;; esac
done | cut -c 1-160`;

/** The processes that hold pgBackRest's lock for backups of a stanza, each as one line of ps. */
export const lockHolders = (cluster: Pick<Cluster, 'name'>, stanza: string): Query<readonly string[]> =>
  query(sh(holders, `${pgbackrestFiles(cluster).controlSpool}/lock/${stanza}-backup`), (stdout) =>
    stdout.split('\n').flatMap((line) => line.trim() || []),
  );

/** Whether the files of a backup came from a replica, as its manifest says; undefined when it does not. */
export const isFromReplica = (place: PgbackrestPlace, label: string): Query<boolean | undefined> =>
  loneQuery(
    sh(
      '"$@" | sed -n "/^option-backup-standby=/{p;q}"',
      ...plainAnswer(place, '--repo=1', 'repo-get', `backup/${place.stanza}/${label}/backup.manifest`),
    ),
    (stdout) => {
      const value = /=(true|false)\n/.exec(stdout)?.[1];
      return value === undefined ? undefined : value === 'true';
    },
    { asUser: pgbackrestUser, timeoutMs: 120_000 },
  );

/** A host's clock, whole seconds since 1970. */
export const clock = (): Query<number> => query(['date', '+%s'], Number);

/** Whether a command of the installed pgBackRest has an option: "--verbose". */
export const hasOption = (command: string, option: string): Query<boolean> =>
  query(
    sh(`${program} help "$1" | grep -qw -e "$2" && echo yes || echo no`, command, option),
    (stdout) => stdout === 'yes\n',
    { asUser: pgbackrestUser },
  );

/** What `expire` would remove now. */
export const expirable = (place: PgbackrestPlace): Query<PgbackrestEnd & { removals: readonly Change[] }> => {
  const { parse, ...asked } = askEnd(pgbackrest(place, 'expire', '--dry-run'));
  return { ...asked, parse: (stdout) => ({ ...parse(stdout), removals: removalsOf(stdout) }) };
};

/** "[DRY-RUN] repo1: remove expired backup LABEL", "[DRY-RUN] repo1: 17-1 remove archive, start = WAL, stop = WAL" */
export const removalsOf = (said: string): readonly Change[] =>
  said.split('\n').flatMap((line) => {
    const backup = /\[DRY-RUN\] repo\d+: remove expired backup (\S+)/.exec(line)?.[1];
    if (backup !== undefined) return change('backup.remove', `remove the backup ${backup}`, backup);
    const [, start, stop] =
      /\[DRY-RUN\] repo\d+: \S+ remove archive, start = (\S+), stop = (\S+)/.exec(line) ?? [];
    if (start === undefined) return [];
    return change('wal.remove', `remove WAL from ${start} to ${stop}`, `${start}/${stop}`);
  });
