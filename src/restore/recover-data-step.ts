import { pgbackrestUser } from '../backup/pgbackrest.ts';
import { stagingDirectoryOf, describeTarget, keyOf } from './restore.ts';
import { formatClock } from '../model/units.ts';
import { change, type Step } from '../engine/step.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { script } from '../host/script.ts';
import { followLongWork, longWorkState } from '../host/long-work.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { stagingState, fetchCommand } from './restore-query.ts';
import { forgetUnit, type TransientUnit, unitJournal } from '../host/systemd.ts';
import type { RestoreWork } from './restore-data-step.ts';

/** How recover.sh ends when PostgreSQL gave up. */
const gaveUp = 65;

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
      if (!isRecovered) return [change('recovery.replay', `replay WAL up to ${describeTarget(request)}`)];
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

const unitOf = ({ instance, place, request, units, archiveMode }: RestoreWork): TransientUnit => ({
  name: units.recover,
  description: `Recovery to ${describeTarget(request)}`,
  asUser: pgbackrestUser,
  argv: script(
    'restore/recover.sh',
    instance.binDirectory,
    stagingDirectoryOf(instance),
    archiveMode === 'off' ? 'off' : 'on',
    fetchCommand(place, stagingDirectoryOf(instance)),
  ),
});

/** A recovery that PostgreSQL itself gave up was a target that is not there; anything else stays what it is. */
async function explain(error: CommandError, host: Host, { instance, request, backup, units }: RestoreWork) {
  const end = await longWorkState(host, units.recover);
  if (end.exitCode !== gaveUp) return error;
  const said = await host.ask(unitJournal(end, 12));
  await host.run(forgetUnit(units.recover));
  return new RefusedError({
    what: `${describeTarget(request)} cannot be reached from the backup ${backup.label}`,
    why: `PostgreSQL says:\n${said}`,
    next: [
      'nothing was changed; see what can be restored: dbctl backup info',
      ...(request.target.type === 'default'
        ? [`if PostgreSQL was stopped for it, its data is as it was: ${controlOf(instance).byHand.start}`]
        : []),
      ...(request.target.type === 'xid' || request.target.type === 'name'
        ? ['if the target is older than that backup, choose an earlier backup: --set LABEL']
        : []),
    ],
    cause: error,
  });
}
