import type { Cluster, Machine } from '../model/cluster.ts';
import { UnreachableError } from '../model/errors.ts';
import { onHosts, type ChangeFlags } from '../kit/change.ts';

/** Whether a machine can be logged in to; every other problem with it is thrown. */
export async function isReachable(cluster: Cluster, machine: Machine, flags: ChangeFlags): Promise<boolean> {
  try {
    return await onHosts(cluster, [machine], flags, async () => true);
  } catch (error) {
    if (error instanceof UnreachableError) return false;
    throw error;
  }
}
