import type { Cluster } from '../../cluster/cluster.ts';
import { instanceOf } from '../../cluster/instance.ts';
import { roomForNewCluster } from '../../cluster/backup/needed-room.ts';
import { onlyOn, type Stage } from '../../engine/run-plan.ts';
import type { Host } from '../../remote/host.ts';
import { copyAuthority, keepAuthority } from '../../steps/certificates/certificate-authority.ts';
import { checkHost } from '../../steps/check-host.ts';
import { createDataDirectory } from '../../steps/server/data-directory.ts';
import { keepDatabase, keepPrivileges } from '../../steps/access/database.ts';
import { installPostgres } from '../../steps/server/install-postgres.ts';
import { ownDataDirectory } from '../../steps/server/own-data-directory.ts';
import { keepRoles } from '../../steps/access/roles.ts';
import { verifyLogins } from '../../steps/access/verify-logins.ts';
import { credentialSteps, serverSteps } from './node-stages.ts';
import { ownerOf } from './owner.ts';
import { restartStages, type Restart } from './restart-stages.ts';

export interface InitPrimaryHosts {
  readonly primary: Host;
  readonly control: Host;
}

/** From a plain host to a primary that every role can log in to. */
export function initPrimaryPlan(
  cluster: Cluster,
  { primary, control }: InitPrimaryHosts,
  options: { readonly restart: Restart },
): readonly Stage[] {
  const node = cluster.primary;
  const instance = instanceOf(cluster, node);
  const owner = ownerOf(cluster, node);
  return [
    onlyOn('Check the host', primary, () => [
      checkHost({ instance, owner, role: 'primary', neededBytes: roomForNewCluster }),
    ]),
    onlyOn('Keep the certificate authority', control, () => [
      keepAuthority(cluster),
      copyAuthority(cluster, control),
    ]),
    onlyOn(`Install PostgreSQL ${instance.version}`, primary, () => installPostgres(instance.version)),
    onlyOn('Create the cluster', primary, () => [
      ownDataDirectory(instance, owner),
      ...credentialSteps(cluster, node, control),
      createDataDirectory(instance),
    ]),
    onlyOn('Run PostgreSQL', primary, () => serverSteps(cluster, node)),
    onlyOn('Keep roles and privileges', primary, () => [
      keepRoles(cluster, instance),
      keepDatabase(cluster, instance),
      keepPrivileges(cluster, instance),
    ]),
    ...restartStages([node], { cluster, hosts: { get: () => primary }, restart: options.restart }),
    onlyOn('Verify every login', primary, () => [verifyLogins(cluster, node)]),
  ];
}
