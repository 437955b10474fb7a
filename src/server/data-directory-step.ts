import type { Instance } from '../model/instance.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import * as server from '../postgres/instance.ts';
import { ownFile } from '../system/own-file.ts';

/** Makes a new, empty cluster with data checksums. An existing data directory is left alone. */
export const createDataDirectory = (instance: Instance): Step =>
  ensure('Create the cluster', change('data-directory.create', `create ${instance.dataDirectory}`), {
    isRight: (host) => host.ask(server.hasDataDirectory(instance)),
    apply: (host) => host.run(server.createData(instance)),
  });

/** Makes the instance known to postgresql-common, which starts it at boot. */
export function registerInstance(instance: Instance): Step {
  const what = change('instance.register', `register ${instance.version}/${instance.name}`);
  return ensure('Register the instance', what, {
    isRight: (host) => host.ask(server.isRegistered(instance)),
    apply: (host) => host.run(server.register(instance)),
  });
}

/** Notes on the host, before any data is made, whose data directory this will be. */
export const ownDataDirectory = (instance: Instance, owner: string): Step =>
  ownFile('Record the owner of the data directory', {
    path: instance.ownerNote,
    content: `${owner}\n`,
  });
