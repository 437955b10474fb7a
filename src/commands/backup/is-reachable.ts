import type { Cluster, Machine } from '../../cluster/cluster.ts';
import { UnreachableError } from '../../errors.ts';
import { onHosts, type ChangeFlags } from '../change.ts';

/** Whether a machine can be logged in to; every other problem with it is thrown. */
export async function isReachable(cluster: Cluster, machine: Machine, flags: ChangeFlags): Promise<boolean> {
  try {
    return await onHosts(cluster, [machine], flags, async () => true);
  } catch (error) {
    if (error instanceof UnreachableError) return false;
    throw error;
  }
}
