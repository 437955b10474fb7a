import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { plan, type PlanView } from '../engine/plan.ts';
import { batchingHost } from '../host/batching-host.ts';
import { mapHosts, type HostSet } from '../host/with-hosts.ts';
import type { Override } from '../server/overrides.ts';
import { readOverrides } from '../server/overrides-facts.ts';
import { upPlan } from './up-plan.ts';

/** The nodes whose hosts answer: the others do not keep them from getting what they need. */
export const reachedNodes = (cluster: LedCluster, hosts: HostSet): readonly Node[] =>
  [cluster.primary, ...cluster.replicas].filter(({ name }) => hosts.get(name).unreachable === undefined);

export interface UpView extends PlanView {
  /** What wins over the parameters of the file. */
  readonly overrides: readonly Override[];
}

/** What `up` would change, found by looking at everything at once. */
export async function planUp(cluster: LedCluster, hosts: HostSet): Promise<UpView> {
  const looking = mapHosts(hosts, batchingHost);
  const absent = cluster.nodes.flatMap(({ name }) => {
    const { unreachable } = hosts.get(name);
    return unreachable ? [{ host: name, step: 'Log in', why: unreachable.message }] : [];
  });
  const nodes = reachedNodes(cluster, hosts);
  const [view, overrides] = await Promise.allSettled([
    plan(upPlan({ cluster, nodes, hosts: looking, restarting: [], passwords: { agreed: [] } }), absent),
    readOverrides(cluster, nodes, looking),
  ]);
  // What kept the plan from being made says more.
  if (view.status === 'rejected') throw view.reason;
  if (overrides.status === 'rejected') throw overrides.reason;
  return { ...view.value, overrides: overrides.value };
}

/** The error for hosts that were down, if one was. */
export function unreachableIn(cluster: Cluster, hosts: HostSet): Error | undefined {
  const errors = cluster.nodes.flatMap(({ name }) => hosts.get(name).unreachable ?? []);
  const different = [...new Set(errors)];
  if (different.length > 1)
    return new AggregateError(different, `${different.length} hosts cannot be reached`);
  return different[0];
}
