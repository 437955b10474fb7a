// The data that a replica had before it was cloned anew, kept until the new copy streams.

import type { Instance } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import { keptDataOf, removeKeptData } from './clone-query.ts';
import { exists } from '../system/paths.ts';

/** Removes the data of before a reinit; nothing else is ever there. After the new copy was seen to stream. */
export const forgetKeptData = (instance: Instance): Step => ({
  title: 'Remove the old copy of the data',

  async diff(host) {
    const path = keptDataOf(instance);
    return (await host.ask(exists(path))) ? [`remove ${path}`] : [];
  },

  async apply(host) {
    await host.run(removeKeptData(instance));
  },
});
