// From a running cluster to one whose data can be brought back.

import { bucketOf, isKeptHere, type Backup } from '../cluster/backup.ts';
import { nodesOf, type Cluster, type Machine, type Node } from '../cluster/cluster.ts';
import { instanceOf } from '../cluster/instance.ts';
import { oneByOne, onlyOn, together, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import type { Host } from '../remote/host.ts';
import type { HostSet } from '../remote/with-hosts.ts';
import { clientMachines, dataMachines, serverMachines } from '../shell/pgbackrest-config.ts';
import { keepArchiving } from '../steps/archiving.ts';
import { installPackage } from '../steps/install-package.ts';
import { keepFirstBackup } from '../steps/make-backup.ts';
import {
  keepClientCredential,
  keepServerCredential,
  keepStoreAuthorities,
} from '../steps/pgbackrest-credentials.ts';
import { keepControlConfig, keepNodeConfig, keepServerConfig } from '../steps/pgbackrest-files.ts';
import { verifyRepositoryLink, verifyServerLinks } from '../steps/pgbackrest-links.ts';
import { keepTlsServer } from '../steps/pgbackrest-server.ts';
import { checkSameVersion } from '../steps/pgbackrest-versions.ts';
import { reloadSettings, restartWhenAsked } from '../steps/reload-settings.ts';
import { keepSchedule } from '../steps/schedule.ts';
import { keepSettings } from '../steps/settings.ts';
import { keepStanza } from '../steps/stanza.ts';
import { verifyArchiving } from '../steps/verify-archiving.ts';
import { verifyBucket } from '../steps/verify-bucket.ts';
import { storeStages } from './store-stages.ts';

export interface BackedUpCluster {
  readonly cluster: Cluster;
  readonly backup: Backup;
  readonly hosts: HostSet;
}

/** Everything that backups need, in the order in which each part is needed. */
export function backupSetupPlan(
  { cluster, backup, hosts }: BackedUpCluster,
  options: { readonly restart: boolean },
): readonly Stage[] {
  const control = hosts.get(cluster.control.name);
  const primary = hosts.get(cluster.primary.name);
  const replicasFirst = nodesOf(cluster).toReversed();
  const onNodes = (title: string, nodes: readonly Node[], steps: (node: Node) => readonly Step[]): Stage =>
    onMachines(title, nodes, hosts, steps);
  const restart = (node: Node): Step =>
    restartWhenAsked(instanceOf(cluster, node), { allowed: options.restart });
  return [
    ...connectionStages({ cluster, backup, hosts }),
    onlyOn('Keep the stanza', control, () => [keepStanza(cluster, backup, primary)]),
    onNodes('Send WAL to the repository', nodesOf(cluster), (node) => [
      keepSettings(cluster, node),
      keepArchiving(cluster, backup, node),
      reloadSettings(instanceOf(cluster, node)),
    ]),
    oneByOne(onNodes('Restart where settings need it', replicasFirst, (node) => [restart(node)])),
    together('See WAL arrive in the repository', uniqueHosts([control, primary]), () => [
      verifyArchiving(cluster, backup),
    ]),
    onlyOn('Make the first backup', control, () => [keepFirstBackup(cluster, backup)]),
    onlyOn('Keep the schedule', control, () => keepSchedule(cluster, backup)),
  ];
}

/** pgBackRest on every host, and every link between them seen to work. */
function connectionStages({ cluster, backup, hosts }: BackedUpCluster): readonly Stage[] {
  const control = hosts.get(cluster.control.name);
  const servers = serverMachines(cluster, backup);
  const clients = clientMachines(cluster, backup);
  const everyMachine = [cluster.control, ...dataMachines(cluster)];
  return [
    ...storeStages(cluster, hosts),
    onMachines('Install pgBackRest', everyMachine, hosts, () => [installPackage('pgbackrest')]),
    onlyOn('Compare the versions', control, () => [
      checkSameVersion(everyMachine.map(({ name }) => hosts.get(name))),
    ]),
    onMachines('Keep the certificates', everyMachine, hosts, (machine) => [
      ...(servers.includes(machine) ? [keepServerCredential(cluster, machine, control)] : []),
      ...(clients.includes(machine) ? [keepClientCredential(cluster, machine, control)] : []),
      ...keepStoreAuthorities(cluster, backup),
    ]),
    onMachines('Configure pgBackRest', nodesOf(cluster), hosts, (node) => [
      keepNodeConfig(cluster, backup, node),
    ]),
    onlyOn('Configure the control host', control, () => [keepControlConfig(cluster, backup)]),
    onMachines('Run the TLS servers', servers, hosts, (machine) => [
      keepServerConfig(cluster, backup, machine),
      ...keepTlsServer(cluster),
    ]),
    onlyOn('Reach every node', control, () => [verifyServerLinks(cluster, backup)]),
    ...(bucketOf(backup)
      ? [onMachines('Reach the bucket', everyMachine, hosts, () => [verifyBucket(cluster, backup)])]
      : []),
    ...(isKeptHere(backup)
      ? [
          onMachines('Reach the repository', nodesOf(cluster), hosts, (node) => [
            verifyRepositoryLink(cluster, backup, node),
          ]),
        ]
      : []),
  ];
}

/** A stage on the hosts of nodes or machines, each with its own steps. */
function onMachines<Place extends Machine>(
  title: string,
  places: readonly Place[],
  hosts: HostSet,
  steps: (place: Place) => readonly Step[],
): Stage {
  return together(
    title,
    places.map(({ name }) => hosts.get(name)),
    ({ name }) => steps(places.find((place) => place.name === name)!),
  );
}

const uniqueHosts = (hosts: readonly Host[]): readonly Host[] => [...new Set(hosts)];
