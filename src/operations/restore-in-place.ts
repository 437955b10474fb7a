// The cluster itself goes back. Everything that can fail is done aside first, while the old primary still runs; from the
// confirmation on, each move is one rename.

import { instanceOf } from '../cluster/instance.ts';
import { type Cluster, type Node } from '../cluster/cluster.ts';
import { onlyOn, together, type Stage } from '../engine/run-plan.ts';
import type { Host, ReadableHost } from '../remote/host.ts';
import type { HostSet } from '../remote/with-hosts.ts';
import { asideState, dataTimeline } from '../shell/restore.ts';
import { keepArchiving } from '../steps/archiving.ts';
import { checkRestore } from '../steps/check-restore.ts';
import { discardOldData } from '../steps/discard-old-data.ts';
import { installPackage } from '../steps/install-package.ts';
import { installPostgres } from '../steps/install-postgres.ts';
import { finishRestore, placeRestored, stopOldServer, verifyRestored } from '../steps/place-restored.ts';
import { recoverData } from '../steps/recover-data.ts';
import { reloadSettings } from '../steps/reload-settings.ts';
import { restoreData } from '../steps/restore-data.ts';
import { verifyArchiving } from '../steps/verify-archiving.ts';
import { serverSteps } from './node-stages.ts';
import { ownerOf } from './owner.ts';
import { accessSteps, newestWalStage, type RestoreTask, type TaskHosts, workOf } from './restore-beside.ts';

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
  const isNewest = task.request.target.type === 'default';
  return [
    onlyOn('Check the host', place, () => [
      checkRestore({ work, owner: ownerOf(cluster, node), inPlace: true }),
    ]),
    onlyOn('Install what it needs', place, () => [
      ...installPostgres(cluster.postgres.version),
      installPackage('pgbackrest'),
    ]),
    ...(isNewest ? [] : newestWalStage(task, primary)),
    onlyOn('Restore the backup aside', place, () => [
      ...accessSteps(task, control),
      restoreData(work),
      ...(isNewest ? [] : [recoverData(work)]),
    ]),
  ];
}

/** The old primary is stopped and its data kept; the restored data takes its place and goes on archiving. */
export function replacePrimaryPlan(task: RestoreTask, { place }: TaskHosts): readonly Stage[] {
  const { cluster, backup, node } = task;
  const work = workOf(task, 'preserve');
  return [
    onlyOn('Stop the primary', place, () => [stopOldServer(work)]),
    onlyOn('Put the restored data in place', place, () => [recoverData(work), placeRestored(work)]),
    onlyOn('Run PostgreSQL', place, () => [
      ...serverSteps(cluster, node),
      keepArchiving(cluster, backup, node),
      reloadSettings(instanceOf(cluster, node)),
      verifyRestored(work),
    ]),
    onlyOn('See WAL arrive in the repository', place, () => [verifyArchiving(cluster, backup)]),
  ];
}

/** What replicas hold is of a time that is no more. It is removed only where the primary's own old data is kept. */
export async function discardReplicasPlan(
  cluster: Cluster,
  hosts: HostSet,
  primary: ReadableHost,
): Promise<readonly Stage[]> {
  const instance = instanceOf(cluster, cluster.primary);
  const [aside, found] = await Promise.all([
    primary.ask(asideState(instance)),
    primary.ask(dataTimeline(instance)),
  ]);
  const isPlaced = aside !== undefined && !aside.hasData;
  const keepAs = (node: Node): string | undefined =>
    aside?.kept ? undefined : `${instanceOf(cluster, node).dataDirectory}.before-restore`;
  return [
    together(
      'Take away the data of the replicas',
      cluster.replicas.map(({ name }) => hosts.get(name)),
      ({ name }) => {
        const node = cluster.replicas.find((one) => one.name === name)!;
        return [
          discardOldData(instanceOf(cluster, node), {
            timeline: isPlaced ? found : undefined,
            keepAs: keepAs(node),
          }),
        ];
      },
    ),
  ];
}

export const finishInPlacePlan = (task: RestoreTask, place: Host): readonly Stage[] => [
  onlyOn('Note what was restored', place, () => [finishRestore(workOf(task, 'preserve'))]),
];
