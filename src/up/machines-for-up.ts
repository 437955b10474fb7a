import { machinesOf, type LedCluster, type Machine } from '../model/cluster.ts';
import type { WantedMachine } from '../host/with-hosts.ts';

/** Where `up` has work. Without the primary or the control host there is nothing that it could do. */
export const machinesForUp = (cluster: LedCluster): readonly WantedMachine[] => {
  const isNeeded = ({ host }: Machine): boolean =>
    [cluster.primary.host, cluster.control.host].includes(host);
  return machinesOf(cluster).map((machine) => ({ ...machine, mayBeDown: !isNeeded(machine) }));
};
