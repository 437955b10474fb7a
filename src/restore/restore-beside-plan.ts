// A restore into a new instance, for looking and for copying rows back. The cluster goes on as it is.

import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf, recoverUnitOf, restoreUnitOf } from '../backup/pgbackrest.ts';
import { keyOf, type RestoreFacts, type RestoreRequest } from './restore.ts';
import type { BackupSet } from '../backup/backup-info.ts';
import { bucketOf, isOnControlHost, storeOf, type Backup } from '../model/backup.ts';
import { machinesOf, type LedCluster, type Machine, type Node } from '../model/cluster.ts';
import { sameHost } from '../model/address.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import type { BackupTablespace } from '../backup/pgbackrest-query.ts';
import { hasDataDirectory } from '../postgres/instance.ts';
import { ensureCopySettings, keepCopyApart } from './copy-files-step.ts';
import { checkRestore } from './check-restore-step.ts';
import { installPackage } from '../system/install-package.ts';
import { installPostgres } from '../server/install-postgres-step.ts';
import { ownDataDirectory } from '../server/data-directory-step.ts';
import { ensureClientCredential, ensureStoreAuthorities } from '../backup/pgbackrest-credentials-step.ts';
import { ensureNodeConfig, ensureServerConfig } from '../backup/pgbackrest-files-step.ts';
import { verifyRepositoryLink } from '../backup/pgbackrest-links-step.ts';
import { verifyBucket } from '../backup/verify-bucket-step.ts';
import { ensureTlsServer } from '../backup/pgbackrest-server-step.ts';
import { finishRestore, placeRestored, readRecord, verifyRestored } from './place-restored-step.ts';
import { recoverData } from './recover-data-step.ts';
import { removeStale } from './stale-staging-step.ts';
import { removeRefused, verifyReached } from './verify-reached-step.ts';
import { timelineOf } from '../backup/timeline.ts';
import { restoreData, type RestoreWork } from './restore-data-step.ts';
import { sendNewestWal } from '../backup/send-newest-wal-step.ts';
import { credentialSteps, serverSteps } from '../server/node-step.ts';
import { ownerOf } from '../server/owner-facts.ts';
import { ensureStoreFirewall } from '../store/store-firewall-step.ts';

export interface RestoreTask {
  /** With the node that is restored, as if it were one of the cluster. */
  readonly cluster: LedCluster;
  readonly backup: Backup;
  readonly node: Node;
  readonly request: RestoreRequest;
  /** The backup that it starts from. */
  readonly start: BackupSet;
  readonly facts: RestoreFacts;
  /** In place: the tablespaces of that backup, and where the data directory leads to when it is a link. */
  readonly inPlace?: { readonly tablespaces: readonly BackupTablespace[]; readonly realDirectory: string };
}

export interface TaskHosts {
  readonly control: Host;
  /** Where it is restored. */
  readonly place: Host;
  /** The running primary; undefined when it cannot be reached. */
  readonly primary: Host | undefined;
}

export const workOf = (
  { cluster, backup, node, request, start, facts, inPlace }: RestoreTask,
  archiveMode: RestoreWork['archiveMode'],
): RestoreWork => ({
  // The end of a backup is on the timeline that it was made on.
  timeline: request.target.type === 'immediate' ? timelineOf(start.stopWal ?? '') : facts.lineage.timeline,
  end: request.target.type === 'default' ? facts.end : undefined,
  archive: request.target.type === 'default' ? facts.archive : undefined,
  oldData:
    archiveMode === 'off'
      ? undefined
      : { directory: instanceOf(cluster, node).dataDirectory, onlyThere: facts.onlyInOldData.length },
  instance: { ...instanceOf(cluster, node), realDirectory: inPlace?.realDirectory },
  tablespaces: inPlace?.tablespaces,
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
  { isDone, dryRun, own }: { readonly isDone: boolean; readonly dryRun: boolean; readonly own: LedCluster },
): readonly Stage[] {
  const { cluster, node } = task;
  const work = workOf(task, 'off');
  const owner = ownerOf(cluster, node);
  const { instance } = work;
  const run = onlyOn('Run PostgreSQL', place, () => [
    ...(isDone ? [] : keepCopyApart(instance)),
    ...serverSteps(cluster, node, isDone ? [] : [ensureCopySettings(cluster, instance)]),
    verifyRestored(work),
    finishRestore(work),
  ]);
  if (isDone) return [run, ...closeToNewcomer(task, own, control)];
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
      removeStale(work),
      restoreData(work),
      recoverData(work),
      // What an earlier run has replayed is not what this one will.
      ...(dryRun ? [] : [verifyReached(work)]),
      placeRestored(work),
    ]),
    run,
    ...closeToNewcomer(task, own, control),
  ];
}

/** When it was refused, nothing of it is left. */
export const undoBesidePlan = (task: RestoreTask, place: Host): readonly Stage[] => [
  onlyOn('Remove what was restored', place, () => [removeRefused(workOf(task, 'off'))]),
];

/** Everything that the restored server and its pgBackRest need before there is data; pgBackRest itself waits without end. */
export function accessSteps({ cluster, backup, node }: RestoreTask, control: ReadableHost): readonly Step[] {
  return [
    ownDataDirectory(instanceOf(cluster, node), ownerOf(cluster, node)),
    ...credentialSteps(cluster, node, control),
    ensureClientCredential(cluster, machineOf(cluster, node), control),
    ...ensureStoreAuthorities(cluster, backup),
    ...(bucketOf(backup) ? [verifyBucket(cluster, backup)] : []),
    ensureNodeConfig(cluster, backup, node),
    ...(isOnControlHost(backup) ? [verifyRepositoryLink(cluster, backup, node)] : []),
  ];
}

/**
 * What the control host keeps lets in only those it knows, a repository as well as an object store; a host that is not of
 * the cluster is a newcomer, and let in as long as it is restored.
 */
const newcomerStage = (task: RestoreTask, control: Host): readonly Stage[] =>
  entryStage('Allow the new host in the repository', task, { allowed: task.cluster, control });

/** With the cluster as it was before. */
export const closeToNewcomer = (task: RestoreTask, own: LedCluster, control: Host): readonly Stage[] =>
  entryStage('Close the repository to the restored host', task, { allowed: own, control });

function entryStage(
  title: string,
  { cluster, backup, node }: RestoreTask,
  { allowed, control }: { readonly allowed: LedCluster; readonly control: Host },
): readonly Stage[] {
  const others = machinesOf(cluster).filter(({ name }) => name !== node.name);
  if (others.some(({ host }) => sameHost(host, node.host))) return [];
  const store = storeOf(backup);
  const steps = [
    ...(store ? ensureStoreFirewall(allowed, store) : []),
    ...(isOnControlHost(backup)
      ? [
          ensureServerConfig(allowed, backup, allowed.control),
          ...ensureTlsServer(allowed, backup, allowed.control),
        ]
      : []),
  ];
  return steps.length > 0 ? [onlyOn(title, control, () => steps)] : [];
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
