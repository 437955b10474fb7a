// Where a cluster is: each machine once, with everything of the cluster that is on it.

import { sameHost } from './address.ts';
import { machinesOf, type Cluster, type Machine, type Node } from './cluster.ts';

/** A machine. It has the name of its first node; without one, that of the control host. */
export interface Site extends Machine {
  readonly nodes: readonly Node[];
  readonly isControl: boolean;
}

/** Every machine, the control host first. */
export function sitesOf(cluster: Cluster): readonly Site[] {
  const machines = machinesOf(cluster);
  return machines
    .filter(({ host }, index) => machines.findIndex((one) => sameHost(one.host, host)) === index)
    .map(({ name, host }) => {
      const nodes = cluster.nodes.filter((node) => sameHost(node.host, host));
      const isControl = sameHost(cluster.control.host, host);
      return { name: nodes[0]?.name ?? name, host: nodes[0]?.host ?? host, nodes, isControl };
    });
}
