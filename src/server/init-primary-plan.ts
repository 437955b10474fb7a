import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { roomForNewCluster } from './needed-room.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { copyAuthority, ensureAuthority } from '../pki/certificate-authority.ts';
import { checkAddresses } from './check-addresses-step.ts';
import { checkHost } from './check-host-step.ts';
import { rememberData } from './data-note-step.ts';
import { createDataDirectory, ownDataDirectory } from './data-directory-step.ts';
import { ensureDatabase, ensurePrivileges } from './database-step.ts';
import { installPostgres } from './install-postgres-step.ts';
import { tryNewSettings } from './settings-step.ts';
import type { PasswordPolicy } from './role-changes.ts';
import { ensureRoles } from './roles-step.ts';
import { verifyLogins } from './verify-logins-step.ts';
import { credentialSteps, serverSteps } from './node-step.ts';
import { ownerOf } from './owner-facts.ts';
import { rememberPrimary } from './remember-primary-step.ts';
import { restartStages, type Restart } from './pending-restarts-plan.ts';

interface InitOptions {
  readonly restart: Restart;
  readonly abandoned?: string | undefined;
  readonly passwords: PasswordPolicy;
}

/** From a plain host to a primary that every role can log in to. */
export function initPrimaryPlan(cluster: LedCluster, hosts: HostSet, options: InitOptions): readonly Stage[] {
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
      ensureRoles(cluster, instance, { passwords: options.passwords }),
      ensureDatabase(cluster, instance),
      ensurePrivileges(cluster, instance),
    ]),
    ...restartStages([node], { cluster, hosts, restart: options.restart }),
    onlyOn('Verify every login', primary, () => [verifyLogins(cluster, node)]),
  ];
}
