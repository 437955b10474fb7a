import { isDown } from '../host/no-answer.ts';
import { probeReachability } from '../host/reachability.ts';
import { tellNotes } from '../kit/see-leader.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { refuseUnsafeStart } from './before-start-facts.ts';
import { chooseRestarts, restartPlan, type RestartRequest } from '../server/restart-plan.ts';

type Restarting = Omit<RestartRequest, 'reached' | 'hosts'>;

/** Restarts nodes, and answers for how many seconds each of them did not answer. */
export async function restartNodes(request: Restarting, access: ChangeAccess) {
  const { cluster, nodes } = request;
  const { changeHosts, confirm } = access;
  const named = cluster.nodes.filter((node) => nodes.includes(node) || node === cluster.primary);
  const more = nodes.includes(cluster.primary) ? await otherReplicas(cluster, named, access) : [];
  const reached = [...named, ...more];
  return changeHosts(cluster, reached, async (operation) => {
    const { hosts, carryOut } = operation;
    const choice = await chooseRestarts({ ...request, reached, hosts });
    // Who names it knows of the nodes that are out of sight.
    if (choice.primary === 'started')
      await tellNotes(await refuseUnsafeStart(cluster, { operation, login: access.login, isBlind: true }));
    if (choice.primary === 'restarted') await confirm(cluster.name, closes(cluster));
    const silences = new Map<string, number>();
    const onSilence = (node: string, seconds: number): void => void silences.set(node, seconds);
    const result = await carryOut(restartPlan({ cluster, hosts }, choice, { onSilence }));
    return { result, silences };
  });
}

/** They must not be left behind by the primary's settings, but one that is gone must not hold it up. */
async function otherReplicas(
  { replicas, ssh }: LedCluster,
  named: readonly Node[],
  { login }: ChangeAccess,
): Promise<readonly Node[]> {
  const others = replicas.filter((node) => !named.includes(node));
  const { reachable } = await probeReachability(others, { ...login, ssh }, isDown);
  return others.filter(({ name }) => reachable.some((one) => one.name === name));
}

const closes = ({ name, primary }: LedCluster): string =>
  `PostgreSQL on ${primary.name}, the primary of ${name}, is restarted: every connection to it is closed, and no client can write until it is back.`;
