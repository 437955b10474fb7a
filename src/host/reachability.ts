import type { Machine } from '../model/cluster.ts';
import { isNoAnswer } from './no-answer.ts';
import { withHosts, type HostOptions } from './with-hosts.ts';

/** Machines, by whether anything answers at their addresses. */
export interface Reachability {
  readonly reachable: readonly Machine[];
  readonly unreachable: readonly Machine[];
}

/** Tries to log in on each of them; throws for one that is there and refuses. */
export async function probeReachability(
  machines: readonly Machine[],
  options: HostOptions,
): Promise<Reachability> {
  const answers = await Promise.all(machines.map((machine) => isReachable(machine, options)));
  return {
    reachable: machines.filter((_, index) => answers[index]),
    unreachable: machines.filter((_, index) => !answers[index]),
  };
}

async function isReachable(machine: Machine, options: HostOptions): Promise<boolean> {
  try {
    return await withHosts([machine], options, () => Promise.resolve(true));
  } catch (error) {
    if (isNoAnswer(error)) return false;
    throw error;
  }
}
