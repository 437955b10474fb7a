// pgBackRest between the hosts: what each of them needs for its part, and the links between them.

import { sameHost } from '../model/address.ts';
import { bucketOf, isOnControlHost, type Backup } from '../model/backup.ts';
import type { Cluster, Machine, Node } from '../model/cluster.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { clientMachines, dataMachines, serverMachines } from './pgbackrest-config.ts';
import { installPackage } from '../system/install-package.ts';
import {
  ensureClientCredential,
  ensureServerCredential,
  ensureStoreAuthorities,
} from './pgbackrest-credentials-step.ts';
import { ensureDefaultConfig, ensureRootShell } from './default-config-step.ts';
import { ensureControlConfig, ensureNodeConfig, ensureServerConfig } from './pgbackrest-files-step.ts';
import { verifyRepositoryLink, verifyServerLinks, checkSameVersion } from './pgbackrest-links-step.ts';
import { ensureTlsServer } from './pgbackrest-server-step.ts';
import { verifyBucket } from './verify-bucket-step.ts';
import { storeStages } from '../store/store-plan.ts';
import { onMachines } from '../engine/on-machines.ts';

export interface BackedUpCluster {
  readonly cluster: Cluster;
  readonly backup: Backup;
  readonly hosts: HostSet;
}

/** The machines that nodes run on, without the control host, by the names that their certificates carry. */
export const machinesUnder = (cluster: Cluster, nodes: readonly Node[]): readonly Machine[] =>
  dataMachines(cluster).filter(({ host }) => nodes.some((node) => sameHost(node.host, host)));

/**
 * pgBackRest on the control host and on the hosts of these nodes, and every link between them seen to work. The other
 * nodes need nothing for a new one.
 */
export function connectionStages(
  { cluster, backup, hosts }: BackedUpCluster,
  nodes: readonly Node[] = cluster.nodes,
): readonly Stage[] {
  const control = hosts.get(cluster.control.name);
  const everyMachine = [cluster.control, ...machinesUnder(cluster, nodes)];
  const servers = serverMachines(cluster, backup).filter((one) => everyMachine.includes(one));
  const clients = clientMachines(cluster, backup).filter((one) => everyMachine.includes(one));
  return [
    ...storeStages(cluster, hosts, nodes),
    onMachines('Install pgBackRest', everyMachine, hosts, () => [installPackage('pgbackrest')]),
    onlyOn('Compare the pgBackRest versions', control, () => [
      checkSameVersion(everyMachine.map(({ name }) => hosts.get(name))),
    ]),
    onMachines('Install the certificates', everyMachine, hosts, (machine) => [
      ...(servers.includes(machine) ? [ensureServerCredential(cluster, machine, control)] : []),
      ...(clients.includes(machine) ? [ensureClientCredential(cluster, machine, control)] : []),
      ...ensureStoreAuthorities(cluster, backup),
    ]),
    // Before a configuration that works gives way to one that does not.
    ...(bucketOf(backup)
      ? [
          onMachines('Verify access to the bucket', everyMachine, hosts, () => [
            verifyBucket(cluster, backup),
          ]),
        ]
      : []),
    onMachines('Configure pgBackRest', nodes, hosts, (node) => [ensureNodeConfig(cluster, backup, node)]),
    onlyOn('Configure the control host', control, () => [ensureControlConfig(cluster, backup)]),
    onMachines('Let pgbackrest be typed by hand', everyMachine, hosts, (machine) => [
      ensureDefaultConfig(cluster, backup, machine),
      ensureRootShell(),
    ]),
    onMachines('Run the TLS servers', servers, hosts, (machine) => [
      ensureServerConfig(cluster, backup, machine),
      ...ensureTlsServer(cluster, backup, machine),
    ]),
    onlyOn('Verify access to every node', control, () => [verifyServerLinks(cluster, backup, nodes)]),
    ...(isOnControlHost(backup)
      ? [
          onMachines('Verify access to the repository', nodes, hosts, (node) => [
            verifyRepositoryLink(cluster, backup, node),
          ]),
        ]
      : []),
  ];
}
