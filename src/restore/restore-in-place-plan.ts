// The cluster itself goes back. Everything that can fail is done aside first, while the old primary still runs; from the
// confirmation on, each move is one rename.

import { instanceOf } from '../model/instance.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { keyOf } from './restore.ts';
import { onlyOn, together, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { ifRunning } from '../postgres/psql.ts';
import { dataEnd, isKnown } from '../postgres/data-end-query.ts';
import { reasonToKeep, refuseForeign } from './replica-data.ts';
import { dataTimeline, stagingState } from './restore-query.ts';
import { serverStatus } from '../postgres/server-status.ts';
import { ensureArchiving } from '../backup/archiving-step.ts';
import { checkPlaces, checkRestore } from './check-restore-step.ts';
import { discardOldData } from './discard-old-data-step.ts';
import { installPackage } from '../system/install-package.ts';
import { installPostgres } from '../server/install-postgres-step.ts';
import {
  finishRestore,
  placeRestored,
  readRecord,
  stopOldServer,
  verifyRestored,
} from './place-restored-step.ts';
import { recoverData } from './recover-data-step.ts';
import { removeStale } from './stale-staging-step.ts';
import { undoRestore, verifyReached } from './verify-reached-step.ts';
import { reloadSettings } from '../server/reload-settings-step.ts';
import { restoreData } from './restore-data-step.ts';
import { verifyArchiving } from '../backup/verify-archiving-step.ts';
import { serverSteps } from '../server/node-step.ts';
import { ownerOf } from '../server/owner-facts.ts';
import {
  accessSteps,
  newestWalStage,
  type RestoreTask,
  type TaskHosts,
  workOf,
} from './restore-beside-plan.ts';

export const isNewest = ({ request }: RestoreTask): boolean => request.target.type === 'default';

/**
 * The restored data, aside. A target is replayed up to here, so that one that is not there is refused before anything is
 * touched; the newest point is replayed later, when the old primary has sent its last WAL.
 */
export function prepareInPlacePlan(
  task: RestoreTask,
  { control, place, primary }: TaskHosts,
): readonly Stage[] {
  const { cluster, node } = task;
  const work = workOf(task, 'preserve');
  return [
    onlyOn('Check the host', place, () => [
      checkRestore({ work, owner: ownerOf(cluster, node), inPlace: true }),
    ]),
    onlyOn('Install the packages', place, () => [
      ...installPostgres(cluster.postgres.version),
      installPackage('pgbackrest'),
    ]),
    onlyOn('Look at what an earlier run has made', place, () => [removeStale(work)]),
    ...(isNewest(task) ? [] : newestWalStage(task, primary)),
    onlyOn('Restore the backup into the staging directory', place, () => [
      ...accessSteps(task, control),
      restoreData(work),
      checkPlaces(work),
      ...(isNewest(task) ? [] : [recoverData(work)]),
    ]),
  ];
}

/** The old primary is stopped, and what it sent last is replayed. It is seen that nothing is lost. */
export function stopPrimaryPlan(
  task: RestoreTask,
  { place }: TaskHosts,
  { dryRun }: { readonly dryRun: boolean },
): readonly Stage[] {
  const work = workOf(task, 'preserve');
  const replay = onlyOn('Replay the last WAL', place, () => [
    recoverData(work),
    // What an earlier run has replayed is not what this one will.
    ...(dryRun ? [] : [verifyReached(work)]),
  ]);
  return [
    onlyOn('Stop the primary', place, () => [stopOldServer(work)]),
    ...(isNewest(task) ? [replay] : []),
  ];
}

/** When that was refused, the old primary goes on as it was. */
export const undoPlan = (task: RestoreTask, place: Host): readonly Stage[] => [
  onlyOn('Put back what was there', place, () => [undoRestore(workOf(task, 'preserve'))]),
];

/** Its data is kept; the restored data takes its place and goes on archiving. */
export function replacePrimaryPlan(task: RestoreTask, { place }: TaskHosts): readonly Stage[] {
  const { cluster, backup, node } = task;
  const work = workOf(task, 'preserve');
  return [
    onlyOn('Move the restored data into place', place, () => [placeRestored(work)]),
    onlyOn('Run PostgreSQL', place, () => [
      ...serverSteps(cluster, node),
      ...ensureArchiving(cluster, backup, node),
      reloadSettings(instanceOf(cluster, node)),
      verifyRestored(work),
    ]),
    onlyOn('Verify that WAL reaches the repository', place, () => [verifyArchiving(cluster, backup)]),
  ];
}

/**
 * Whether the last finished restore was this one, and the primary still is what it made. The newest point is another one
 * each time, so it is never done; the end of a backup is done for that backup.
 */
export async function isRestoredInPlace(task: RestoreTask, place: ReadableHost): Promise<boolean> {
  const instance = instanceOf(task.cluster, task.node);
  const { type } = task.request.target;
  const [record, staging, status] = await Promise.all([
    readRecord(place, instance),
    place.ask(stagingState(instance)),
    place.ask(ifRunning(instance, serverStatus(instance))),
  ]);
  if (record?.request !== keyOf(task.request) || type === 'default' || staging !== undefined) return false;
  if (type === 'immediate' && record.label !== task.start.label) return false;
  return status?.isInRecovery === false && status.timeline === record.recovered.timeline;
}

/**
 * What replicas hold is of a time that is no more: it is of an older timeline than the restored primary's. It is removed
 * only where all of it is in the primary's own old data, which is kept, or has come back.
 */
export async function discardReplicasPlan(
  cluster: LedCluster,
  {
    hosts,
    primary,
    dryRun,
  }: { readonly hosts: HostSet; readonly primary: ReadableHost; readonly dryRun: boolean },
): Promise<readonly Stage[]> {
  const instance = instanceOf(cluster, cluster.primary);
  const [staging, record] = await Promise.all([
    primary.ask(stagingState(instance)),
    readRecord(primary, instance),
  ]);
  const keptAs = dryRun ? undefined : (staging ?? record)?.kept;
  const kept =
    keptAs == null ? undefined : await primary.ask(dataEnd({ ...instance, dataDirectory: keptAs }));
  const replicas = await Promise.all(
    cluster.replicas.map(async (node) => {
      const after = isKnown(kept) ? kept : undefined;
      return { node, data: await hosts.get(node.name).ask(dataEnd(instanceOf(cluster, node), after)) };
    }),
  );
  // Asked after those that follow it, a primary is never behind them.
  const [own, found] = await Promise.all([
    primary.ask(dataEnd(instance)),
    primary.ask(dataTimeline(instance)),
  ]);
  const points = [own, kept].filter(isKnown);
  refuseForeign(cluster, replicas, points[0]?.systemIdentifier);
  const timeline = dryRun ? undefined : found;
  // Before anything was done, the primary's data is kept when it is there.
  const isKept = dryRun ? own !== undefined : keptAs != null;
  const discard = (node: Node): Step => {
    const old = instanceOf(cluster, node);
    const why = isKept
      ? reasonToKeep(
          replicas.find((one) => one.node.name === node.name)!,
          points,
        )
      : 'it is the only copy of before the restore';
    const path = `${old.dataDirectory}.before-timeline-${found ?? 'N'}`;
    return discardOldData(old, { node, timeline, keep: why === undefined ? undefined : { path, why } });
  };
  return [
    together(
      "Clear the replicas' data",
      cluster.replicas.map(({ name }) => hosts.get(name)),
      ({ name }) => [discard(cluster.replicas.find((one) => one.name === name)!)],
    ),
  ];
}

export const finishInPlacePlan = (task: RestoreTask, place: Host): readonly Stage[] => [
  onlyOn('Record the restore', place, () => [finishRestore(workOf(task, 'preserve'))]),
];
