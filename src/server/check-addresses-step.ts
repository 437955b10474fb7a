import { check, type Step } from '../engine/step.ts';
import type { Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { notOwnAddress } from './own-addresses.ts';
import { ownAddresses } from './own-addresses-query.ts';

/** Refuses a host whose server nobody would reach by the addresses of .env.cluster. Changes nothing, ever. */
export const checkAddresses = (node: Node): Step =>
  check('Check the addresses of the host', async (host) => {
    const problem = notOwnAddress(node, await host.ask(ownAddresses(node)));
    if (problem === undefined) return;
    throw new RefusedError({
      what: `${node.name} would not be reached`,
      why: problem.what,
      next: [problem.next].flat(),
    });
  });
