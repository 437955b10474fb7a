// Before a replica's data is made anew: its server is stopped, and the old data kept aside or marked.

import type { Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, type Step } from '../engine/step.ts';
import { CommandError } from '../model/errors.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { exists } from '../system/paths.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { readControl } from '../postgres/control/control-of.ts';
import * as clone from './clone-query.ts';
import { keptDataOf, removeKeptData } from './clone-query.ts';

/** How long a server that systemd did not start may go on answering, in milliseconds. */
const lingerMs = 5000;

/** Stops a server, also one that systemd starts again and again. */
export const stopReplica = (instance: Instance): Step => ({
  title: 'Stop PostgreSQL',
  ...serverLogTail(instance),

  async diff(host) {
    const { state } = await readControl(host, instance);
    return (await host.ask(state)).isRunning ? [change('postgres.stop', 'stop PostgreSQL')] : [];
  },

  async apply(host, report) {
    report('stopping PostgreSQL');
    const control = await readControl(host, instance);
    await host.run(control.stop);
    const isSilent = async () => !(await host.ask(acceptsConnections(instance)));
    if (await waitUntil(isSilent, { deadlineMs: lingerMs })) return;
    throw new CommandError({
      what: `a server on ${host.name} is still running after ${control.name} was stopped`,
      next: [`stop it, on ${host.name}: pg_ctl stop -D ${instance.dataDirectory}`],
    });
  },
});

/** Keeps the old data aside, whatever is left of it. A restore in place that was cut off ends here. */
export const keepDataAside = (instance: Instance): Step => ({
  title: 'Set the old data aside',

  async diff(host) {
    const { dataDirectory } = instance;
    const [hasData, hasKeptData] = await Promise.all([
      host.ask(exists(dataDirectory)),
      host.ask(exists(clone.keptDataOf(instance))),
    ]);
    return hasData && !hasKeptData
      ? [
          change(
            'data.keep',
            `keep ${dataDirectory} aside until a new copy of the data streams`,
            dataDirectory,
          ),
        ]
      : [];
  },

  async apply(host) {
    await host.run(clone.unmarkRestoring(instance));
    await host.run(clone.keepDataAside(instance));
  },
});

/** Removes a copy that an earlier run made and that does not run; the old data stays aside. */
export const removeCopy = (instance: Instance): Step => ({
  title: 'Remove the unfinished copy',

  async diff(host) {
    const { dataDirectory } = instance;
    return (await host.ask(exists(dataDirectory)))
      ? [change('data.remove', `remove the copy in ${dataDirectory}`, dataDirectory)]
      : [];
  },

  async apply(host) {
    await host.run(clone.removeCopy(instance));
  },
});

/** Marks the old data, which is put right in place: until the mark is gone it is of no use to a server. */
export const markRestoring = (instance: Instance): Step => ({
  title: 'Mark the data as being restored',

  async diff(host) {
    const data = await host.ask(clone.replicaData(instance));
    return data === 'restoring'
      ? []
      : [
          change(
            'data.compare',
            `compare ${instance.dataDirectory} with the backup, file by file`,
            instance.dataDirectory,
          ),
        ];
  },

  async apply(host) {
    await host.run(clone.markRestoring(instance));
  },
});

/** Removes the data of before a reinit; nothing else is ever there. After the new copy was seen to stream. */
export const forgetKeptData = (instance: Instance): Step => ({
  title: 'Remove the old copy of the data',

  async diff(host) {
    const path = keptDataOf(instance);
    return (await host.ask(exists(path))) ? [change('file.remove', `remove ${path}`, path)] : [];
  },

  async apply(host) {
    await host.run(removeKeptData(instance));
  },
});
