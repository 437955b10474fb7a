import type { Cluster } from '../../cluster/cluster.ts';
import { machinesOf } from '../../cluster/cluster.ts';
import { lookAhead, type PlannedChange } from '../../engine/look-ahead.ts';
import { lookingOnce } from '../../remote/looking-once.ts';
import type { HostSet } from '../../remote/with-hosts.ts';
import { upPlan } from './up.ts';

/** What `up` would change, found by looking at everything at once. */
export function planUp(cluster: Cluster, hosts: HostSet): Promise<readonly PlannedChange[]> {
  const looking = new Map(machinesOf(cluster).map(({ name }) => [name, lookingOnce(hosts.get(name))]));
  return lookAhead(upPlan({ cluster, hosts: { get: (name) => looking.get(name)! }, restarting: undefined }));
}
