import type { Instance } from '../model/instance.ts';
import { check, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { RefusedError } from '../model/errors.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { systemIdentifier } from '../postgres/instance.ts';

/** Refuses to make a replica of what is another cluster's data. Changes nothing. */
export const checkSameCluster = (instance: Instance, wanted: string): Step =>
  check('Check the system identifier', async (host) => {
    const found = await host.ask(systemIdentifier(instance));
    if (found === undefined || found === wanted) return;
    if (wanted === '') throw unknownPrimary(host, found);
    throw new RefusedError({
      what: `the data on ${host.name} belongs to another cluster than the primary`,
      why: `system identifier ${found} in ${instance.dataDirectory}, and ${wanted} on the primary`,
      next: [
        `if that data is not needed: ${controlOf(instance).byHand.stop} && mv ${instance.dataDirectory} ${instance.dataDirectory}.old`,
        `then give it the primary's data: dbctl reinit ${host.name}`,
      ],
    });
  });

/** It may be the only copy that is left of the cluster's data. */
const unknownPrimary = ({ name }: ReadableHost, found: string): RefusedError =>
  new RefusedError({
    what: `${name} has data of a cluster (system identifier ${found}), and nobody can say which one the primary's is`,
    why: 'The control file of the primary is not there.',
    next: ['see what each node has: dbctl status', `keep the data of ${name}: it may be the only copy`],
  });
