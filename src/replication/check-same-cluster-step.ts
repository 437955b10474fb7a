import type { Instance } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { systemIdentifier } from '../postgres/instance.ts';

/** Refuses to make a replica of what is another cluster's data. Changes nothing. */
export const checkSameCluster = (instance: Instance, wanted: string): Step => ({
  title: 'Check the system identifier',

  async diff(host) {
    const found = await host.ask(systemIdentifier(instance));
    if (found === undefined || found === wanted) return [];
    throw new RefusedError({
      what: `the data on ${host.name} is of another cluster than the primary's`,
      why: `system identifier ${found} in ${instance.dataDirectory}, and ${wanted} on the primary`,
      next: [
        `if nobody needs that data: ${controlOf(instance).byHand.stop} && mv ${instance.dataDirectory} ${instance.dataDirectory}.old`,
        'then run the same command again, and it is cloned anew',
      ],
    });
  },

  async apply() {},
});
