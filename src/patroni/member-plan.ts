// Nodes that become members while Patroni keeps the cluster, one by one or again: what `up` does, for these alone.

import { etcdStages } from '../etcd/etcd-plan.ts';
import type { Part } from '../engine/run-plan.ts';
import type { HostSet, WantedMachine } from '../host/with-hosts.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { exists } from '../system/paths.ts';
import { isKept } from './patroni.ts';
import { patroniStages } from './patroni-plan.ts';

/** The hosts of etcd, for work that goes on without one that is down. */
export const etcdMachines = ({ etcd }: Pick<Cluster, 'etcd'>): readonly WantedMachine[] =>
  (etcd?.members ?? []).map((machine) => ({ ...machine, mayBeDown: true }));

/** Makes replicas that stream members of Patroni. Nothing without it. */
export const memberPart =
  (cluster: LedCluster, hosts: HostSet, nodes: readonly Node[]): Part =>
  (failed) => {
    const made = nodes.filter(({ name }) => !failed.has(name));
    const work = { cluster, hosts, nodes: [cluster.primary, ...made] };
    return Promise.resolve(isKept(cluster) ? [...etcdStages(work), ...patroniStages(work)] : []);
  };

/** Throws RefusedError where the file wants Patroni and it is not there yet: all nodes get it together. */
export async function refuseBeforePatroni(cluster: LedCluster, hosts: HostSet): Promise<void> {
  if (!isKept(cluster)) return;
  const { patroni } = instanceOf(cluster, cluster.primary);
  if (await hosts.get(cluster.primary.name).ask(exists(patroni.config))) return;
  throw new RefusedError({
    what: `.env.cluster says CLUSTER_HA=patroni, and Patroni does not run on ${cluster.primary.name} yet`,
    next: ['let it keep the cluster first: dbctl up', 'nothing was changed'],
  });
}
