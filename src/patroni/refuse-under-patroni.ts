import type { Cluster } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';

/**
 * What is done to data or to servers behind Patroni's back would be undone by it, or make it let another node lead:
 * refused before anything is touched. `instead` is what a person can do with Patroni.
 */
export function refuseUnderPatroni(
  { patroni }: Pick<Cluster, 'patroni'>,
  what: string,
  instead: readonly string[] = [],
): void {
  if (patroni === undefined) return;
  throw new RefusedError({
    what: `${what} is not possible while Patroni keeps the cluster`,
    why: 'Patroni starts and stops the servers, and decides who leads; dbctl does not do this beside it.',
    next: [
      ...instead,
      'to do it all the same, take Patroni away, without a restart: write CLUSTER_HA=none into .env.cluster, then: dbctl up',
      'nothing was changed',
    ],
  });
}
