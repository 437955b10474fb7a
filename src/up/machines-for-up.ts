import { machinesOf, type Cluster, type Machine } from '../model/cluster.ts';
import type { WantedMachine } from '../host/with-hosts.ts';

/** Where `up` has work. Without the control host there is nothing that it could do; who leads is not known yet. */
export const machinesForUp = (cluster: Cluster): readonly WantedMachine[] => {
  const isNeeded = ({ host }: Machine): boolean => host === cluster.control.host;
  return machinesOf(cluster).map((machine) => ({ ...machine, mayBeDown: !isNeeded(machine) }));
};
