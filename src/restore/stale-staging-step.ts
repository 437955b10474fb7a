import { change, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { longWorkState } from '../host/long-work.ts';
import { forgetUnit } from '../host/systemd.ts';
import { readControl } from '../postgres/control/control-of.ts';
import { isAccepted } from './loss.ts';
import type { RestoreWork } from './restore-data-step.ts';
import { removeStaging, removeStoppedNote, stagingState } from './restore-query.ts';
import { keyOf, stagingDirectoryOf } from './restore.ts';
import { lossAfter } from './verify-reached-step.ts';

/**
 * Begins again where an earlier run for the same request was cut off, and what it made is not what is asked for now: the
 * newest point is a later one, or another backup is to be started from.
 */
export const removeStale = (work: RestoreWork): Step => {
  const { instance, units } = work;
  const directory = stagingDirectoryOf(instance);
  return {
    title: 'Remove what is out of date',

    async diff(host) {
      const why = await outOfDate(host, work);
      return why === undefined
        ? []
        : [change('restore.remove', `remove ${directory}, and restore again: ${why}`, directory)];
    },

    async apply(host) {
      for (const unit of [units.restore, units.recover]) await host.run(forgetUnit(unit));
      await host.run(removeStaging(instance));
      await host.run(removeStoppedNote(instance));
    },
  };
};

/** A target that says when to stop is the same one later; the newest point is not. */
async function outOfDate(host: ReadableHost, work: RestoreWork): Promise<string | undefined> {
  const { instance, request, backup, end, units } = work;
  const staging = await host.ask(stagingState(instance));
  const isOwn = staging?.request === keyOf(request) && staging.hasData;
  if (!isOwn || request.target.type !== 'default') return undefined;
  const reached = staging.reached?.lsn;
  const now = end ? `${end.says} ${end.lsn} now` : 'nobody can say where the newest point is now';
  if (reached != null)
    return (await goesOn(host, work, reached)) ? `it ends at ${reached}, and ${now}` : undefined;
  const isReplaying = (await longWorkState(host, units.recover)).kind !== 'absent';
  if (isReplaying && (await runsAgain(host, work))) return `PostgreSQL was started again since, and ${now}`;
  const isOther = !isReplaying && staging.isRestored && staging.label !== backup.label;
  return isOther ? `it was made from the backup ${staging.label}` : undefined;
}

async function goesOn(host: ReadableHost, work: RestoreWork, reached: string): Promise<boolean> {
  if (await runsAgain(host, work)) return true;
  const loss = await lossAfter(host, work, reached);
  return loss !== undefined && !isAccepted(loss, work.request.acceptedLoss);
}

/** In place, the server is stopped before the newest WAL is replayed. */
async function runsAgain(host: ReadableHost, { instance, oldData }: RestoreWork): Promise<boolean> {
  if (oldData === undefined) return false;
  const { state } = await readControl(host, instance);
  return (await host.ask(state)).isRunning;
}
