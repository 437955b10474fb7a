// Roles, the database and its privileges as .env.cluster has them. Nobody who can log in now is locked out.

import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { ensureDatabase, ensurePrivileges } from './database-step.ts';
import { ensureReplicationPassfile } from './replication-passfile-step.ts';
import { ensureRoles, rolesWithOtherPassword } from './roles-step.ts';
import { readSource } from './source-facts.ts';
import type { ChangeHosts } from '../operation/change-hosts.ts';
import { verifyLogins } from './verify-logins-step.ts';
import { verifyReplicationLogin } from './verify-replication-login-step.ts';
import { onMachines } from '../engine/on-machines.ts';

export interface RolesChoice {
  /** Roles whose passwords differ, and stay as they are: they are not tried. */
  readonly left: readonly string[];
  /** Whether passwords that differ become those of .env.cluster. */
  readonly passwords: boolean;
}

/** Answers also whose passwords differ, and were left as they are. */
export const applyRoles = (cluster: LedCluster, passwords: boolean, changeHosts: ChangeHosts) =>
  changeHosts(
    cluster,
    [cluster.primary, ...(passwords ? cluster.replicas : [])],
    async ({ hosts, carryOut }) => {
      const host = hosts.get(cluster.primary.name);
      await readSource(cluster, host);
      const differing = await rolesWithOtherPassword(cluster, instanceOf(cluster, cluster.primary), host);
      const left = passwords ? [] : differing;
      const result = await carryOut(applyRolesPlan(cluster, hosts, { left, passwords }));
      return { result, otherPasswords: left };
    },
  );

/** With passwords, the replicas are told the one that they log in with. */
export function applyRolesPlan(
  cluster: LedCluster,
  hosts: HostSet,
  { left, passwords }: RolesChoice,
): readonly Stage[] {
  const { primary, replicas } = cluster;
  const instance = instanceOf(cluster, primary);
  const host = hosts.get(primary.name);
  const told = onMachines(
    'Write the replication password on the replicas',
    passwords ? replicas : [],
    hosts,
    (node) => [ensureReplicationPassfile(cluster, node), verifyReplicationLogin(cluster, node)],
  );
  return [
    onlyOn('Set up roles and privileges', host, () => [
      ensureRoles(cluster, instance, { passwords: passwords ? 'change' : 'leave' }),
      ensureDatabase(cluster, instance),
      ensurePrivileges(cluster, instance),
    ]),
    ...(told.hosts.length > 0 ? [told] : []),
    onlyOn('Verify the logins', host, () => [verifyLogins(cluster, primary, left)]),
  ];
}
