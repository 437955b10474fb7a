import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { roomForNewCluster } from './needed-room.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { readTopology } from '../postgres/topology-query.ts';
import { copyAuthority, ensureAuthority } from '../pki/certificate-authority.ts';
import { checkAddresses } from './check-addresses-step.ts';
import { checkHost } from './check-host-step.ts';
import { rememberData } from './data-note-step.ts';
import { createDataDirectory, ownDataDirectory } from './data-directory-step.ts';
import { ensureDatabase, ensurePrivileges } from './database-step.ts';
import { installPostgres } from './install-postgres-step.ts';
import { tryNewSettings } from './settings-step.ts';
import { agreeToPasswords } from './agree-to-passwords.ts';
import { noAnswer } from '../host/no-answer.ts';
import { ensureRoles, rolesWithOtherPassword } from './roles-step.ts';
import { verifyLogins } from './verify-logins-step.ts';
import { credentialSteps, serverSteps } from './node-step.ts';
import { overriddenOn } from './overrides-facts.ts';
import { ownerOf } from './owner-facts.ts';
import { refuseOtherLeader, refuseSecondCluster } from './refuse-second-cluster-facts.ts';
import { rememberPrimary } from './remember-primary-step.ts';
import { restartStages, type Restart } from './pending-restarts-plan.ts';

interface InitFlags {
  readonly restart: boolean;
  readonly abandon: string | undefined;
}

/**
 * Asks before roles that exist get other passwords. Throws RefusedError where the host is another cluster's, while another node leads, and where data that was there is
 * out of sight.
 */
export async function makePrimary(
  cluster: LedCluster,
  { restart, abandon: abandoned }: InitFlags,
  { changeHosts, login, confirm }: Pick<ChangeAccess, 'changeHosts' | 'login' | 'confirm'>,
) {
  refuseOtherLeader(cluster);
  return changeHosts(cluster, [cluster.primary], async ({ hosts, carryOut, endsWith }) => {
    await refuseSecondCluster(cluster, {
      primary: hosts.get(cluster.primary.name),
      control: hosts.get(cluster.control.name),
      readSights: async () => (await readTopology(cluster, login)).nodes,
      abandoned,
    });
    const host = hosts.get(cluster.primary.name);
    const differing = await rolesWithOtherPassword(cluster, instanceOf(cluster, cluster.primary), host).catch(
      noAnswer,
    );
    await agreeToPasswords(cluster, differing ?? [], confirm);
    const result = await carryOut(initPrimaryPlan(cluster, hosts, { restart, abandoned }));
    return { result, overridden: await overriddenOn(cluster, [cluster.primary], { hosts, endsWith }) };
  });
}

/** From a plain host to a primary that every role can log in to. */
export function initPrimaryPlan(
  cluster: LedCluster,
  hosts: HostSet,
  options: { readonly restart: Restart; readonly abandoned?: string | undefined },
): readonly Stage[] {
  const node = cluster.primary;
  const primary = hosts.get(node.name);
  const control = hosts.get(cluster.control.name);
  const instance = instanceOf(cluster, node);
  const owner = ownerOf(cluster, node);
  return [
    onlyOn('Check the host', primary, () => [
      checkHost(
        { instance, owner, role: 'primary', neededBytes: roomForNewCluster },
        { cluster, node, control, abandoned: options.abandoned },
      ),
      checkAddresses(node),
    ]),
    onlyOn('Create the certificate authority', control, () => [
      ensureAuthority(cluster),
      copyAuthority(cluster, control),
      rememberPrimary(cluster),
    ]),
    onlyOn(`Install PostgreSQL ${instance.version}`, primary, () => installPostgres(instance.version)),
    onlyOn('Create the cluster', primary, () => [
      ownDataDirectory(instance, owner),
      ...credentialSteps(cluster, node, control),
      tryNewSettings(cluster, node),
      createDataDirectory(instance),
    ]),
    onlyOn('Run PostgreSQL', primary, () => serverSteps(cluster, node)),
    onlyOn('Remember where the data is', control, () => [rememberData(cluster, node, primary)]),
    onlyOn('Set up roles and privileges', primary, () => [
      ensureRoles(cluster, instance),
      ensureDatabase(cluster, instance),
      ensurePrivileges(cluster, instance),
    ]),
    ...restartStages([node], { cluster, hosts, restart: options.restart }),
    onlyOn('Verify every login', primary, () => [verifyLogins(cluster, node)]),
  ];
}
