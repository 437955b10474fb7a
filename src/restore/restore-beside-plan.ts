// A restore into a new instance, for looking and for copying rows back. The cluster goes on as it is.

import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf, recoverUnitOf, restoreUnitOf } from '../backup/pgbackrest.ts';
import { keyOf, type RestoreRequest } from './restore.ts';
import type { BackupSet } from '../backup/backup-info.ts';
import { isOnControlHost, type Backup } from '../model/backup.ts';
import { machinesOf, type LedCluster, type Machine, type Node } from '../model/cluster.ts';
import { sameHost } from '../model/address.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { hasDataDirectory } from '../postgres/instance.ts';
import { checkRestore } from './check-restore-step.ts';
import { installPackage } from '../system/install-package.ts';
import { installPostgres } from '../server/install-postgres-step.ts';
import { ownDataDirectory } from '../server/data-directory-step.ts';
import { ensureClientCredential, ensureStoreAuthorities } from '../backup/pgbackrest-credentials-step.ts';
import { ensureNodeConfig, ensureServerConfig } from '../backup/pgbackrest-files-step.ts';
import { ensureTlsServer } from '../backup/pgbackrest-server-step.ts';
import { finishRestore, placeRestored, readRecord, verifyRestored } from './place-restored-step.ts';
import { recoverData } from './recover-data-step.ts';
import { restoreData, type RestoreWork } from './restore-data-step.ts';
import { sendNewestWal } from '../backup/send-newest-wal-step.ts';
import { credentialSteps, serverSteps } from '../server/node-step.ts';
import { ownerOf } from '../server/owner-facts.ts';

export interface RestoreTask {
  /** With the node that is restored, as if it were one of the cluster. */
  readonly cluster: LedCluster;
  readonly backup: Backup;
  readonly node: Node;
  readonly request: RestoreRequest;
  /** The backup that it starts from. */
  readonly start: BackupSet;
}

export interface TaskHosts {
  readonly control: Host;
  /** Where it is restored. */
  readonly place: Host;
  /** The running primary; undefined when it cannot be reached. */
  readonly primary: Host | undefined;
}

export const workOf = (
  { cluster, backup, node, request, start }: RestoreTask,
  archiveMode: RestoreWork['archiveMode'],
): RestoreWork => ({
  instance: instanceOf(cluster, node),
  place: { config: nodeConfigOf(cluster, node), stanza: backup.stanza },
  backup: start,
  request,
  units: { restore: restoreUnitOf(cluster, node), recover: recoverUnitOf(cluster, node) },
  archiveMode,
});

/** Whether an earlier run has restored just this, and it is still there. */
export async function isRestored(task: RestoreTask, host: ReadableHost): Promise<boolean> {
  const instance = instanceOf(task.cluster, task.node);
  const [record, hasData] = await Promise.all([
    readRecord(host, instance),
    host.ask(hasDataDirectory(instance)),
  ]);
  return hasData && record?.request === keyOf(task.request);
}

/** From a backup to a server of its own, which never sends WAL to the repository it came from. */
export function restoreBesidePlan(
  task: RestoreTask,
  { control, place, primary }: TaskHosts,
  { isDone }: { readonly isDone: boolean },
): readonly Stage[] {
  const { cluster, node } = task;
  const work = workOf(task, 'off');
  const owner = ownerOf(cluster, node);
  const run = onlyOn('Run PostgreSQL', place, () => [
    ...serverSteps(cluster, node),
    verifyRestored(work),
    finishRestore(work),
  ]);
  if (isDone) return [run];
  return [
    onlyOn('Check the host', place, () => [checkRestore({ work, owner, inPlace: false })]),
    onlyOn('Install the packages', place, () => [
      ...installPostgres(cluster.postgres.version),
      installPackage('pgbackrest'),
    ]),
    ...newcomerStage(task, control),
    ...newestWalStage(task, primary),
    onlyOn('Restore the backup', place, () => [
      ...accessSteps(task, control),
      restoreData(work),
      recoverData(work),
      placeRestored(work),
    ]),
    run,
  ];
}

/** Everything that the restored server and its pgBackRest need before there is data. */
export function accessSteps({ cluster, backup, node }: RestoreTask, control: ReadableHost): readonly Step[] {
  return [
    ownDataDirectory(instanceOf(cluster, node), ownerOf(cluster, node)),
    ...credentialSteps(cluster, node, control),
    ensureClientCredential(cluster, machineOf(cluster, node), control),
    ...ensureStoreAuthorities(cluster, backup),
    ensureNodeConfig(cluster, backup, node),
  ];
}

/** A repository on the control host lets in only those it knows; a host that is not of the cluster is a newcomer. */
function newcomerStage({ cluster, backup, node }: RestoreTask, control: Host): readonly Stage[] {
  const others = machinesOf(cluster).filter(({ name }) => name !== node.name);
  if (!isOnControlHost(backup) || others.some(({ host }) => sameHost(host, node.host))) return [];
  return [
    onlyOn('Allow the new host in the repository', control, () => [
      ensureServerConfig(cluster, backup, cluster.control),
      ...ensureTlsServer(cluster),
    ]),
  ];
}

/** A host has one client certificate, whatever runs on it. */
const machineOf = (cluster: LedCluster, node: Node): Machine =>
  machinesOf(cluster).find(({ host }) => sameHost(host, node.host))!;

/** The end of a backup needs no WAL of after it. */
export function newestWalStage(task: RestoreTask, primary: Host | undefined): readonly Stage[] {
  const { type } = task.request.target;
  if (primary === undefined || type === 'immediate') return [];
  const instance = instanceOf(task.cluster, task.cluster.primary);
  return [
    onlyOn('Send the newest WAL', primary, () => [sendNewestWal(instance, { isNeeded: type === 'default' })]),
  ];
}
