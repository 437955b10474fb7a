// Sets up the primary of .env.cluster, or what is missing of it.

import { batchingHost } from '../host/batching-host.ts';
import { noAnswer } from '../host/no-answer.ts';
import { tellNotes } from '../kit/see-leader.ts';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { refuseUnderPatroni } from '../patroni/refuse-under-patroni.ts';
import { readTopology } from '../postgres/topology-query.ts';
import { agreeToPasswords } from '../server/agree-to-passwords.ts';
import { initPrimaryPlan } from '../server/init-primary-plan.ts';
import { overriddenOn } from '../server/overrides-facts.ts';
import { refuseOtherLeader, refuseSecondCluster } from '../server/refuse-second-cluster-facts.ts';
import { rolesWithOtherPassword } from '../server/roles-step.ts';
import { isStopped } from '../postgres/instance.ts';
import { refuseUnsafeStart } from './before-start-facts.ts';

interface InitFlags {
  readonly restart: boolean;
  readonly abandon: string | undefined;
}

/**
 * Asks before roles that exist get other passwords. Throws RefusedError where the host is another cluster's, while another node
 * leads, where data that was there is out of sight, and where a start would go on without what came after the data.
 */
export async function makePrimary(
  cluster: LedCluster,
  { restart, abandon: abandoned }: InitFlags,
  access: ChangeAccess,
) {
  const { changeHosts, login } = access;
  refuseUnderPatroni(cluster, 'init-primary', ['set up whatever is missing: dbctl up']);
  refuseOtherLeader(cluster);
  const instance = instanceOf(cluster, cluster.primary);
  return changeHosts(cluster, [cluster.primary], async (operation) => {
    const { hosts, carryOut } = operation;
    const host = batchingHost(hosts.get(cluster.primary.name));
    const [differing = [], stopped] = await Promise.all([
      rolesWithOtherPassword(cluster, instance, host).catch(noAnswer),
      host.ask(isStopped(instance)),
      refuseSecondCluster(cluster, {
        primary: host,
        control: hosts.get(cluster.control.name),
        readSights: async () => (await readTopology(cluster, login)).nodes,
        abandoned,
      }),
    ]);
    if (stopped) await tellNotes(await refuseUnsafeStart(cluster, { operation, login }));
    const passwords = await agreeToPasswords(cluster, differing, access);
    const result = await carryOut(initPrimaryPlan(cluster, hosts, { restart, abandoned, passwords }));
    return { result, overridden: await overriddenOn(cluster, [cluster.primary], operation) };
  });
}
