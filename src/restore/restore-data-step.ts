import type { BackupSet } from '../backup/backup-info.ts';
import type { Instance } from '../model/instance.ts';
import type { NewestPoint } from './loss.ts';
import { stagingDirectoryOf, keyOf, type RestoreRequest } from './restore.ts';
import { change, type Report, type Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { script } from '../host/script.ts';
import { followLongWork, longWorkState } from '../host/long-work.ts';
import { makeParent } from '../postgres/instance.ts';
import type { BackupTablespace, PgbackrestPlace } from '../backup/pgbackrest-query.ts';
import { stagingBytes, stagingState, restoreArgv } from './restore-query.ts';
import { forgetUnit, type TransientUnit } from '../host/systemd.ts';
import { describeBytes } from '../model/byte-progress.ts';

/** A restore into the staging directory of one instance. */
export interface RestoreWork {
  readonly instance: Instance;
  /** pgBackRest's configuration on the host that it is restored on. */
  readonly place: PgbackrestPlace;
  readonly backup: BackupSet;
  readonly request: RestoreRequest;
  /** Names of the units of its two long parts. */
  readonly units: { readonly restore: string; readonly recover: string };
  /** `off`: the copy never sends WAL to the repository it came from. */
  readonly archiveMode: 'off' | 'preserve';
  /** The timeline that is followed. */
  readonly timeline: number;
  /** Where the newest point is; undefined where a target says when to stop, and when nobody knows. */
  readonly end: NewestPoint | undefined;
  /** Where the repository's WAL ends; undefined as above. */
  readonly archive?: NewestPoint | undefined;
  /** The data that is replaced, and how many WAL files only it has. */
  readonly oldData?: { readonly directory: string; readonly onlyThere: number } | undefined;
  /** In place: where the backup's tablespaces go. */
  readonly tablespaces?: readonly Pick<BackupTablespace, 'oid' | 'path'>[] | undefined;
}

/** Fetches a backup into the staging directory, as a unit that goes on without dbctl; a unit that is there is followed. */
export function restoreData(work: RestoreWork): Step {
  const { instance, backup, units } = work;
  return {
    title: 'Restore the backup',

    async diff(host) {
      const [staging, unit] = await look(host, work);
      if (staging?.isRestored)
        return unit.kind === 'absent' ? [] : [change('restore.finish', 'finish the restore that ran before')];
      return [
        change('restore.make', `restore ${backup.label} into ${stagingDirectoryOf(instance)}`, backup.label),
      ];
    },

    async apply(host, report) {
      const [staging, { kind }] = await look(host, work);
      if (kind === 'running' && staging === undefined) throw otherRestoreRuns(host, units.restore);
      if (kind === 'succeeded' && !staging?.isRestored) await host.run(forgetUnit(units.restore));
      await host.run(makeParent(instance));
      await followLongWork(host, unitOf(work), reportBytes(host, work, report));
    },
  };
}

/** The staging directory, when it was made for this very request, and the unit. */
async function look(host: ReadableHost, { instance, request, units }: RestoreWork) {
  const [staging, unit] = await Promise.all([
    host.ask(stagingState(instance)),
    longWorkState(host, units.restore),
  ]);
  return [staging?.request === keyOf(request) ? staging : undefined, unit] as const;
}

const unitOf = ({ instance, place, backup, request, units, ...how }: RestoreWork): TransientUnit => ({
  name: units.restore,
  description: `Restore of ${backup.label}`,
  asUser: 'root',
  argv: script(
    'system/apart.sh',
    stagingDirectoryOf(instance),
    '--',
    ...script(
      'restore/restore.sh',
      stagingDirectoryOf(instance),
      keyOf(request),
      backup.label,
      ...restoreArgv(place, backup, request, { ...how, staging: stagingDirectoryOf(instance) }),
    ),
  ),
});

function reportBytes(host: Host, { instance, backup }: RestoreWork, report: Report): () => Promise<void> {
  const startedAt = Date.now();
  let startBytes: number | undefined;
  let askedAt = 0;
  return async () => {
    if (Date.now() - askedAt < 1000) return;
    askedAt = Date.now();
    const doneBytes = await host.ask(stagingBytes(instance));
    startBytes ??= doneBytes;
    const elapsedSeconds = (askedAt - startedAt) / 1000;
    const progress = { doneBytes, totalBytes: backup.databaseBytes, startBytes, elapsedSeconds };
    report(`restoring ${describeBytes(progress)}`);
  };
}

const otherRestoreRuns = (host: ReadableHost, unit: string): RefusedError =>
  new RefusedError({
    what: `another restore is running on ${host.name}, to another target`,
    next: [
      'run the command that started it: it follows the running restore',
      `or stop it: on ${host.name}, systemctl stop ${unit}`,
    ],
  });
