// What `up` would do, seen without the lock and on hosts that refuse every change.

import type { Cluster } from '../model/cluster.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { changesNothing } from '../host/operation-hooks.ts';
import { withHosts } from '../host/with-hosts.ts';
import { tellNotes } from '../kit/see-leader.ts';
import { leaderForUp } from './leader-for-up-facts.ts';
import { overridden } from '../server/overrides.ts';
import { planUp, unreachableIn, type UpView } from './look-ahead-plan.ts';
import { machinesForUp } from './machines-for-up.ts';

export interface PlanAnswer {
  readonly plan: UpView;
  /** For hosts that are down; or for servers that do not have what the file says, and will not have it after `up`. */
  readonly problem: Error | undefined;
}

export const lookAhead = (cluster: Cluster, login: LoginOptions): Promise<PlanAnswer> =>
  withHosts(
    machinesForUp(cluster),
    { ...login, ssh: cluster.ssh },
    async (hosts) => {
      const led = await leaderForUp(cluster, hosts);
      await tellNotes(led.notes);
      const plan = await planUp(led.cluster, hosts);
      return { plan, problem: unreachableIn(cluster, hosts) ?? overridden(plan.overrides) };
    },
    changesNothing,
  );
