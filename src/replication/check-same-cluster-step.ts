import type { Instance } from '../model/instance.ts';
import { check, type Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { systemIdentifier } from '../postgres/instance.ts';

/** Refuses to make a replica of what is another cluster's data. Changes nothing. */
export const checkSameCluster = (instance: Instance, wanted: string): Step =>
  check('Check the system identifier', async (host) => {
    const found = await host.ask(systemIdentifier(instance));
    if (found === undefined || found === wanted) return;
    throw new RefusedError({
      what: `the data on ${host.name} belongs to another cluster than the primary`,
      why: `system identifier ${found} in ${instance.dataDirectory}, and ${wanted} on the primary`,
      next: [
        `if that data is not needed: ${controlOf(instance).byHand.stop} && mv ${instance.dataDirectory} ${instance.dataDirectory}.old`,
        `then give it the primary's data: dbctl reinit ${host.name}`,
      ],
    });
  });
