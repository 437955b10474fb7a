import type { Instance } from '../model/instance.ts';
import { change, type Step } from '../engine/step.ts';
import * as server from '../postgres/instance.ts';
import { ownFile } from '../system/own-file.ts';

/** Makes a new, empty cluster with data checksums. An existing data directory is left alone. */
export const createDataDirectory = (instance: Instance): Step => ({
  title: 'Create the cluster',

  async diff(host) {
    return (await host.ask(server.hasDataDirectory(instance)))
      ? []
      : [change('data-directory.create', `create ${instance.dataDirectory}`)];
  },

  async apply(host) {
    await host.run(server.createData(instance));
  },
});

/** Makes the instance known to postgresql-common, which starts it at boot. */
export const registerInstance = (instance: Instance): Step => ({
  title: 'Register the instance',

  async diff(host) {
    return (await host.ask(server.isRegistered(instance)))
      ? []
      : [change('instance.register', `register ${instance.version}/${instance.name}`)];
  },

  async apply(host) {
    await host.run(server.register(instance));
  },
});

/** Notes on the host, before any data is made, whose data directory this will be. */
export const ownDataDirectory = (instance: Instance, owner: string): Step =>
  ownFile('Record the owner of the data directory', {
    path: instance.ownerNote,
    content: `${owner}\n`,
    owner: 'root:root',
    mode: 0o644,
  });
