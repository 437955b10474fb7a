// From a running cluster to one whose data can be brought back.

import { nodesOf, type Node } from '../../cluster/cluster.ts';
import { instanceOf } from '../../cluster/instance.ts';
import { onlyOn, type Stage } from '../../engine/run-plan.ts';
import type { Step } from '../../engine/step.ts';
import { keepArchiving } from '../../steps/backup/archiving.ts';
import { keepDrillSchedule } from '../../steps/backup/drill-schedule.ts';
import { finishPromotion } from '../../steps/restore/finish-promotion.ts';
import { keepFirstBackup } from '../../steps/backup/make-backup.ts';
import { reloadSettings } from '../../steps/server/reload-settings.ts';
import { keepSchedule } from '../../steps/backup/schedule.ts';
import { keepSettings } from '../../steps/server/settings.ts';
import { keepStanza } from '../../steps/backup/stanza.ts';
import { verifyArchiving } from '../../steps/backup/verify-archiving.ts';
import { connectionStages, onMachines, type BackedUpCluster } from './connections.ts';
import { restartStages, type Restart } from '../nodes/restart-stages.ts';

export interface BackupSetupOptions {
  readonly restart: Restart;
  /** The nodes that have an instance to archive from. */
  readonly nodes: readonly Node[];
}

/** Everything that backups need, in the order in which each part is needed. */
export function backupSetupPlan(
  { cluster, backup, hosts }: BackedUpCluster,
  options: BackupSetupOptions,
): readonly Stage[] {
  const control = hosts.get(cluster.control.name);
  const primary = hosts.get(cluster.primary.name);
  const onNodes = (title: string, nodes: readonly Node[], steps: (node: Node) => readonly Step[]): Stage =>
    onMachines(title, nodes, hosts, steps);
  return [
    ...connectionStages({ cluster, backup, hosts }),
    onlyOn('Keep the stanza', control, () => [keepStanza(cluster, backup, primary)]),
    onNodes('Send WAL to the repository', options.nodes, (node) => [
      keepSettings(cluster, node),
      keepArchiving(cluster, backup, node),
      reloadSettings(instanceOf(cluster, node)),
    ]),
    ...restartStages(options.nodes.toReversed(), { cluster, hosts, restart: options.restart }),
    onlyOn('Finish a promotion', primary, () => [finishPromotion(instanceOf(cluster, cluster.primary))]),
    onlyOn('See WAL arrive in the repository', primary, () => [verifyArchiving(cluster, backup, control)]),
    onlyOn('Make the first backup', control, () => [keepFirstBackup(cluster, backup)]),
    onlyOn('Keep the schedule', control, () => keepSchedule(cluster, backup)),
    onNodes('Rehearse restores', nodesOf(cluster), (node) => keepDrillSchedule(cluster, backup, node)),
  ];
}
