import { machinesOf, type LedCluster } from '../model/cluster.ts';
import { lookAhead, type PlannedChange } from '../engine/look-ahead.ts';
import { batchingHost } from '../host/batching-host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { upPlan } from './up-plan.ts';

/** What `up` would change, found by looking at everything at once. */
export function planUp(cluster: LedCluster, hosts: HostSet): Promise<readonly PlannedChange[]> {
  const looking = new Map(machinesOf(cluster).map(({ name }) => [name, batchingHost(hosts.get(name))]));
  return lookAhead(upPlan({ cluster, hosts: { get: (name) => looking.get(name)! }, restarting: undefined }));
}
