import type { LedCluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { ifRunning } from '../postgres/psql.ts';
import { primaryFacts } from '../postgres/replication.ts';
import { tablespacePlaces } from './tablespace-query.ts';

/** Refuses to start replicas that would end at once: they make every tablespace of the primary in the same directory. */
export async function refuseLackingPlaces(
  cluster: LedCluster,
  replicas: readonly Node[],
  hosts: HostSet,
): Promise<void> {
  if (replicas.length === 0) return;
  const instance = instanceOf(cluster, cluster.primary);
  const primary = await hosts.get(cluster.primary.name).ask(ifRunning(instance, primaryFacts(instance)));
  const paths = primary?.tablespaces.map(({ path }) => path) ?? [];
  if (paths.length === 0) return;
  const lacking = await Promise.all(
    replicas.map(async (node) => {
      const places = await hosts.get(node.name).ask(tablespacePlaces(instanceOf(cluster, node), paths));
      return places.flatMap(({ path, state }) => (state === 'absent' ? [`${node.name}: ${path}`] : []));
    }),
  );
  if (lacking.flat().length === 0) return;
  throw new RefusedError({
    what: 'the directory of a tablespace is not there, and no replica starts without it',
    why: lacking.flat().join('\n'),
    next: ['make it, and start the server: dbctl up', 'nothing was changed'],
  });
}
