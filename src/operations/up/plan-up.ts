import type { Cluster } from '../../cluster/cluster.ts';
import { lookAhead, type PlannedChange } from '../../engine/look-ahead.ts';
import type { HostSet } from '../../remote/with-hosts.ts';
import { lookingOnce } from './reading-once.ts';
import { upPlan } from './up.ts';

/** What `up` would change, found by looking at everything at once. */
export const planUp = (cluster: Cluster, hosts: HostSet): Promise<readonly PlannedChange[]> =>
  lookAhead(upPlan({ cluster, hosts: lookingOnce(hosts), restarting: undefined }));
