import type { Instance } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import * as server from '../postgres/instance.ts';

/** Makes a new, empty cluster with data checksums. An existing data directory is left alone. */
export const createDataDirectory = (instance: Instance): Step => ({
  title: 'Create the cluster',

  async diff(host) {
    return (await host.ask(server.hasDataDirectory(instance))) ? [] : [`create ${instance.dataDirectory}`];
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
      : [`register ${instance.version}/${instance.name}`];
  },

  async apply(host) {
    await host.run(server.register(instance));
  },
});
