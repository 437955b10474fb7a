import type { Machine } from '../model/cluster.ts';
import { isNoAnswer } from './no-answer.ts';
import { withHosts, type HostOptions } from './with-hosts.ts';

export type Reachability = Awaited<ReturnType<typeof probeReachability>>;

/** Machines, by whether anything answers at their addresses. Tries to log in on each of them; throws for one that is there and refuses. */
export async function probeReachability(
  machines: readonly Machine[],
  options: HostOptions,
  isAway: (error: unknown) => boolean = isNoAnswer,
) {
  const answers = await Promise.all(machines.map((machine) => isReachable(machine, options, isAway)));
  return {
    reachable: machines.filter((_, index) => answers[index]),
    unreachable: machines.filter((_, index) => !answers[index]),
  };
}

async function isReachable(
  machine: Machine,
  options: HostOptions,
  isAway: (error: unknown) => boolean,
): Promise<boolean> {
  try {
    return await withHosts([machine], options, () => Promise.resolve(true));
  } catch (error) {
    if (isAway(error)) return false;
    throw error;
  }
}
