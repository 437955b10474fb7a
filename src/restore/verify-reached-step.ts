import { check, change, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { startPostgres } from '../server/start-postgres-step.ts';
import { hasDataDirectory } from '../postgres/instance.ts';
import { exists } from '../system/paths.ts';
import { formatLsn, parseLsn } from '../model/lsn.ts';
import { removeStaging, removeStoppedNote, stagingState, stoppedNote } from './restore-query.ts';
import type { RestoreWork } from './restore-data-step.ts';
import { dataEnd, isKnown } from '../postgres/data-end-query.ts';
import { isAccepted, lossAt, wouldLose, type Loss } from './loss.ts';
import { onlyThere } from '../postgres/only-there.ts';
import { keyOf, stagingDirectoryOf } from './restore.ts';

/**
 * Compares how far recovery came with where the newest point is. Throws RefusedError, with both positions, when less
 * came back than there was, and not so much was given up. Changes nothing.
 */
export const verifyReached = (work: RestoreWork): Step =>
  check('Verify that the newest point was reached', async (host) => {
    const { instance, request } = work;
    const staging = await host.ask(stagingState(instance));
    const reached =
      staging?.request === keyOf(request) && staging.hasData ? staging.recovered?.lsn : undefined;
    const loss = reached == null ? undefined : await lossAfter(host, work, reached);
    if (loss && !isAccepted(loss, request.acceptedLoss)) throw wouldLose(loss);
  });

/** What is not brought back when recovery ended there: of the data that is replaced, and of the repository. */
export async function lossAfter(
  host: ReadableHost,
  { instance, end, archive, oldData, timeline }: RestoreWork,
  reached: string,
): Promise<Loss | undefined> {
  if (end === undefined) return undefined;
  const data =
    oldData === undefined ? undefined : await host.ask(dataEnd(instance, { timeline, lsn: reached }));
  if (!isKnown(data) || data.timeline !== timeline) return lossAt(reached, end);
  const only = onlyThere(data, [{ timeline, ancestors: [], lsn: reached, isOwn: true }]);
  const lsn = formatLsn(parseLsn(data.lsn)!);
  if (only)
    return { reached, end: { lsn, atLeast: lsn, says: `${host.name} was stopped at` }, bytes: only.bytes };
  return archive && lossAt(reached, archive);
}

/**
 * After a restore that was refused: what was made is removed, and the server that was stopped for it runs again, with
 * its data as it was. Nothing to do once the restored data is in its place.
 */
export const undoRestore = (work: RestoreWork): Step => {
  const { instance } = work;
  const start = startPostgres(instance);
  const note = stoppedNote(instance);
  async function look(host: ReadableHost) {
    const [staging, isNoted, hasData] = await Promise.all([
      host.ask(stagingState(instance)),
      host.ask(exists(note)),
      host.ask(hasDataDirectory(instance)),
    ]);
    // Its data may have gone meanwhile: there is nothing that could run then.
    return { staging, wasStopped: isNoted && hasData, isPlaced: staging !== undefined && !staging.hasData };
  }
  return {
    title: 'Start the old primary again',
    ...serverLogTail(instance),

    async diff(host) {
      const { staging, wasStopped, isPlaced } = await look(host);
      if (isPlaced) return [];
      const left =
        staging === undefined ? [] : [change('restore.remove', `remove ${stagingDirectoryOf(instance)}`)];
      return [
        ...left,
        ...(wasStopped ? [change('postgres.start', 'start PostgreSQL with its data as it was')] : []),
      ];
    },

    async apply(host, report) {
      const { wasStopped } = await look(host);
      await host.run(removeStaging(instance));
      if (wasStopped) await start.apply(host, report);
      await host.run(removeStoppedNote(instance));
    },
  };
};

/** What a restore beside has made and may not go on with. Another one that is not finished stays. */
export const removeRefused = ({ instance, request }: RestoreWork): Step => ({
  title: 'Remove the staging directory',

  async diff(host) {
    const staging = await host.ask(stagingState(instance));
    return staging?.hasData && staging.request === keyOf(request)
      ? [change('restore.remove', `remove ${stagingDirectoryOf(instance)}`)]
      : [];
  },

  apply: (host) => host.run(removeStaging(instance)),
});
