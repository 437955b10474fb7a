// May anybody be promoted by hand while Patroni keeps the cluster?

import type { HostSet } from '../host/with-hosts.ts';
import type { Cluster } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { timingOf } from '../model/patroni.ts';
import type { Topology } from '../model/topology.ts';
import { isKept } from '../patroni/patroni.ts';
import { members } from '../patroni/patroni-query.ts';
import { noAnswer } from '../host/no-answer.ts';

/** Throws RefusedError while the lease of the one that led is not over, and where etcd does not answer: nobody may lead then. */
export async function refuseLease(
  cluster: Cluster,
  { nodes }: Topology,
  hosts: Pick<HostSet, 'get'>,
): Promise<void> {
  if (!isKept(cluster)) return;
  const asked = nodes
    .filter(({ state }) => state !== 'unreachable')
    .map(({ node }) =>
      hosts
        .get(node.name)
        .ask(members(instanceOf(cluster, node)))
        .catch(noAnswer),
    );
  const seen = (await Promise.all(asked)).find((answer) => answer !== undefined);
  if (seen === undefined)
    throw new RefusedError({
      what: 'etcd does not answer, and Patroni lets nobody lead without it',
      next: [
        'see which of its members are missing: dbctl status',
        'start them, or bring back their hosts; then run the same command again',
        'nothing was changed',
      ],
    });
  const leader = seen.find(({ isLeader }) => isLeader);
  if (leader === undefined) return;
  throw new RefusedError({
    what: `the lease of ${leader.name} is not over`,
    why: `It ends ${timingOf(cluster.patroni).ttl} s after ${leader.name} was last heard of. Before that Patroni lets nobody else lead, so that never two do.`,
    next: [
      'wait for that; see who leads: dbctl status',
      'then, if nobody does, run the same command again',
      'nothing was changed',
    ],
  });
}
