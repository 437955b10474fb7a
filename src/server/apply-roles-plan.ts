// Roles, the database and its privileges as .env.cluster has them. Nobody who can log in now is locked out.

import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { ensureDatabase, ensurePrivileges } from './database-step.ts';
import { ensureReplicationPassfile } from './replication-passfile-step.ts';
import { ensureRoles } from './roles-step.ts';
import { verifyLogins } from './verify-logins-step.ts';
import { verifyReplicationLogin } from './verify-replication-login-step.ts';
import { onMachines } from '../engine/on-machines.ts';

export interface RolesChoice {
  /** Roles whose passwords differ, and stay as they are: they are not tried. */
  readonly left: readonly string[];
  /** Whether passwords that differ become those of .env.cluster. */
  readonly passwords: boolean;
}

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
