// What `up` would do, seen without the lock and on hosts that refuse every change.

import type { Cluster } from '../model/cluster.ts';
import type { PlanView } from '../engine/plan.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { changesNothing } from '../host/operation-hooks.ts';
import { withHosts } from '../host/with-hosts.ts';
import { tellNotes } from '../kit/see-leader.ts';
import { leaderForUp } from './leader-for-up-facts.ts';
import { planUp, unreachableIn } from './look-ahead-plan.ts';
import { machinesForUp } from './machines-for-up.ts';

export interface PlanAnswer {
  readonly plan: PlanView;
  /** For hosts that are down: the plan is not whole. */
  readonly unreachable: Error | undefined;
}

export const lookAhead = (cluster: Cluster, login: LoginOptions): Promise<PlanAnswer> =>
  withHosts(
    machinesForUp(cluster),
    { ...login, ssh: cluster.ssh },
    async (hosts) => {
      const led = await leaderForUp(cluster, hosts);
      await tellNotes(led.notes);
      return { plan: await planUp(led.cluster, hosts), unreachable: unreachableIn(cluster, hosts) };
    },
    changesNothing,
  );
