// What `up` would do, seen without the lock and on hosts that refuse every change.

import type { Cluster } from '../model/cluster.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { changesNothing } from '../host/operation-hooks.ts';
import { withHosts, type HostSet } from '../host/with-hosts.ts';
import { plan } from '../engine/plan.ts';
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
      if (led.asked)
        return { plan: await planSwitchover(cluster, hosts, led.asked.notes), problem: undefined };
      await tellNotes(led.notes);
      const view = await planUp(led.cluster, hosts);
      return { plan: view, problem: unreachableIn(cluster, hosts) ?? overridden(view.overrides) };
    },
    changesNothing,
  );

/** What comes after it is known when the other node leads. */
async function planSwitchover(cluster: Cluster, hosts: HostSet, notes: readonly string[]): Promise<UpView> {
  const { name } = cluster.configuredPrimary;
  await tellNotes([
    ...notes,
    `only with --switchover does up let ${name} lead, and then what else is to do: dbctl up --switchover`,
  ]);
  const { planMove } = await import('../switchover/switchover-operation.ts');
  const { plan: stages } = await planMove(cluster, hosts, { candidate: cluster.configuredPrimary });
  return { ...(await plan(stages)), overrides: [] };
}
