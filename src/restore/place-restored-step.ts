import type { Instance } from '../model/instance.ts';
import { keyOf, recordOf } from './restore.ts';
import { change, type Step } from '../engine/step.ts';
import { UnverifiedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { ifRunning } from '../postgres/psql.ts';
import {
  stagingState,
  removeStaging,
  noteStopped,
  putInPlace,
  removeStoppedNote,
  type Staging,
  type Recovered,
} from './restore-query.ts';
import { serverStatus } from '../postgres/server-status.ts';
import type { RestoreWork } from './restore-data-step.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { readControl } from '../postgres/control/control-of.ts';
import { readNote } from '../system/read-note.ts';

/** What a finished restore was, as it is noted on its host. */
export interface RestoreRecord {
  readonly request: string;
  readonly label: string;
  readonly recovered: Recovered;
  /** Where the data is that was replaced; null when there was none. */
  readonly kept: string | null;
  /** Where what was in its tablespaces, and its WAL, is kept. */
  readonly keptPlaces?: readonly string[];
}

/** The note of the last finished restore of an instance; undefined when there is none. */
export const readRecord = (host: ReadableHost, instance: Instance): Promise<RestoreRecord | undefined> =>
  readNote<RestoreRecord>(host, recordOf(instance), ({ request }) => typeof request === 'string');

/** The staging directory when it was made for this request. */
async function own(host: ReadableHost, { instance, request }: RestoreWork): Promise<Staging | undefined> {
  const staging = await host.ask(stagingState(instance));
  return staging?.request === keyOf(request) ? staging : undefined;
}

/** Stops the server whose data is about to be replaced; once it was, the server that runs is the new one. */
export const stopOldServer = (work: RestoreWork): Step => ({
  title: 'Stop PostgreSQL',
  ...serverLogTail(work.instance),

  async diff(host) {
    const staging = await own(host, work);
    if (staging !== undefined && !staging.hasData) return [];
    const { state } = await readControl(host, work.instance);
    return (await host.ask(state)).isRunning ? [change('postgres.stop', 'stop PostgreSQL')] : [];
  },

  async apply(host, report) {
    report('stopping PostgreSQL, and sending its last WAL to the repository');
    await host.run(noteStopped(work.instance));
    await host.run((await readControl(host, work.instance)).stop);
  },
});

/** Moves the restored data into place, and what was there aside. */
export const placeRestored = (work: RestoreWork): Step => ({
  title: 'Move the restored data into place',

  async diff(host) {
    const staging = await own(host, work);
    return staging !== undefined && !staging.hasData
      ? []
      : [
          change(
            'restore.place',
            `put it in place: ${work.instance.dataDirectory}`,
            work.instance.dataDirectory,
          ),
        ];
  },

  async apply(host) {
    await host.run(putInPlace(work.instance, work.tablespaces));
    await host.run(removeStoppedNote(work.instance));
  },
});

/** Asks the restored server itself whether it is what it should be. Changes nothing. */
export const verifyRestored = (work: RestoreWork): Step => ({
  title: 'Verify that the primary accepts writes',
  ...serverLogTail(work.instance),

  async diff(host) {
    const { instance } = work;
    const [staging, status] = await Promise.all([
      own(host, work),
      host.ask(ifRunning(instance, serverStatus(instance))),
    ]);
    if (status === undefined) return [change('restore.verify', 'see that it can be written to')];
    const wanted = staging?.recovered?.timeline ?? status.timeline;
    if (!status.isInRecovery && status.timeline >= wanted) return [];
    throw new UnverifiedError({
      what: `the restored server on ${host.name} is ${status.isInRecovery ? 'still in recovery' : 'on an old timeline'}`,
      next: [`read its log: dbctl logs ${host.name}`, 'then run the same command again: it is safe'],
    });
  },

  async apply(host) {
    await host.ask(acceptsConnections(work.instance));
  },
});

/** Notes what was restored, and forgets the staging directory. */
export const finishRestore = ({ instance }: RestoreWork): Step => ({
  title: 'Record the restore',

  async diff(host) {
    return (await host.ask(stagingState(instance))) === undefined
      ? []
      : [change('restore.note', 'note what was restored')];
  },

  async apply(host) {
    const staging = await host.ask(stagingState(instance));
    if (staging?.recovered) {
      const { request, label, recovered, kept, keptPlaces } = staging;
      const record: RestoreRecord = { request, label, recovered, kept, keptPlaces };
      await host.writeFile(recordOf(instance), `${JSON.stringify(record)}\n`, {
        owner: 'root:root',
        mode: 0o644,
      });
    }
    await host.run(removeStoppedNote(instance));
    await host.run(removeStaging(instance));
  },
});
