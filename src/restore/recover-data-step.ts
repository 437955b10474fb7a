import { stagingDirectoryOf, describeTarget, keyOf } from './restore.ts';
import { counted, formatClock } from '../model/units.ts';
import { change, type Step } from '../engine/step.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { script } from '../host/script.ts';
import { followLongWork, longWorkState } from '../host/long-work.ts';
import { stagingState, fetchCommand } from './restore-query.ts';
import { forgetUnit, type TransientUnit, unitJournal } from '../host/systemd.ts';
import type { RestoreWork } from './restore-data-step.ts';

/** How recover.sh ends when PostgreSQL gave up, and when a tablespace is where it cannot be kept apart. */
const gaveUp = 65;
const notApart = 66;

/**
 * Replays WAL in the staging directory up to the target, in a server that nobody can reach. Throws RefusedError with
 * PostgreSQL's own words when the target is never reached; the staging directory is gone then.
 */
export function recoverData(work: RestoreWork): Step {
  const { instance, request, units } = work;
  const unit = unitOf(work);
  async function look(host: ReadableHost) {
    const [found, state] = await Promise.all([
      host.ask(stagingState(instance)),
      longWorkState(host, units.recover),
    ]);
    return { isRecovered: found?.request === keyOf(request) && found.recovered !== null, state };
  }

  return {
    title: 'Replay WAL up to the target',

    async diff(host) {
      const { isRecovered, state } = await look(host);
      if (!isRecovered)
        return [change('recovery.replay', `replay WAL up to ${describeTarget(request)}${fromOldData(work)}`)];
      return state.kind === 'absent'
        ? []
        : [change('recovery.finish', 'finish the recovery that ran before')];
    },

    async apply(host, report) {
      const { isRecovered, state } = await look(host);
      if (state.kind === 'succeeded' && !isRecovered) await host.run(forgetUnit(units.recover));
      const startedAt = Date.now();
      try {
        await followLongWork(host, unit, () =>
          report(`replaying WAL for ${formatClock((Date.now() - startedAt) / 1000)}`),
        );
      } catch (error) {
        if (error instanceof CommandError) throw await explain(error, host, work);
        throw error;
      }
    },
  };
}

const fromOldData = ({ oldData }: RestoreWork): string =>
  oldData === undefined || oldData.onlyThere === 0
    ? ''
    : `; ${counted(oldData.onlyThere, 'WAL file')} that the repository lacks from ${oldData.directory}/pg_wal`;

const unitOf = ({ instance, place, request, units, archiveMode, oldData }: RestoreWork): TransientUnit => ({
  name: units.recover,
  description: `Recovery to ${describeTarget(request)}`,
  asUser: 'root',
  argv: script(
    'system/apart.sh',
    stagingDirectoryOf(instance),
    '--',
    ...script(
      'restore/recover.sh',
      instance.binDirectory,
      stagingDirectoryOf(instance),
      instance.dataDirectory,
      archiveMode === 'off' ? 'off' : 'on',
      fetchCommand(place, stagingDirectoryOf(instance), oldData?.directory),
    ),
  ),
});

/** A recovery that PostgreSQL itself gave up was a target that is not there; anything else stays what it is. */
async function explain(error: CommandError, host: Host, { request, backup, units }: RestoreWork) {
  const end = await longWorkState(host, units.recover);
  if (end.exitCode !== gaveUp && end.exitCode !== notApart) return error;
  const said = await host.ask(unitJournal(end, 12));
  await host.run(forgetUnit(units.recover));
  if (end.exitCode === notApart) return cannotBeApart(host, said, error);
  return new RefusedError({
    what: `${describeTarget(request)} cannot be reached from the backup ${backup.label}`,
    why: `PostgreSQL says:\n${said}`,
    next: [
      'nothing was changed; see what can be restored: dbctl backup info',
      ...(request.target.type === 'xid' || request.target.type === 'name'
        ? ['if the target is older than that backup, choose an earlier backup: --set LABEL']
        : []),
    ],
    cause: error,
  });
}

const cannotBeApart = (host: ReadableHost, said: string, cause: CommandError): RefusedError =>
  new RefusedError({
    what: `a tablespace that was made after this backup cannot be restored beside what is on ${host.name}`,
    why: said,
    next: [
      'make a backup that knows the tablespace, and restore again: dbctl backup run --type full',
      'a moment before the tablespace was made can be restored now: --type=time --target=…',
      'one that has a server or another tablespace below it cannot be backed up at all: move its tables elsewhere, and drop it',
      'nothing was changed',
    ],
    cause,
  });
