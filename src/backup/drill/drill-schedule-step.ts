import { sameHost } from '../../model/address.ts';
import type { Backup } from '../../model/backup.ts';
import { type Cluster, type Node } from '../../model/cluster.ts';
import { drillFiles, scheduledDrillNode } from './drill.ts';
import { change, ensure, type Step } from '../../engine/step.ts';
import { drillArgv, removeDrillSchedule } from './drills-query.ts';
import { ensureDrillFiles } from './drill-files-step.ts';
import { ensureTimedWork } from '../../system/timed-work.ts';

/**
 * Keeps the drill's timer on the one host that rehearses, and on no other. Of the nodes of one host, the last sees to it:
 * the others would take away what it keeps.
 */
export function ensureDrillSchedule(cluster: Cluster, backup: Backup, node: Node): readonly Step[] {
  if (cluster.nodes.findLast(({ host }) => sameHost(host, node.host))!.name !== node.name) return [];
  const calendar = backup.schedule.drill;
  if (calendar === undefined || node.name !== scheduledDrillNode(cluster).name) {
    return [withoutDrillSchedule(cluster)];
  }
  return [
    ...ensureDrillFiles(cluster, backup, node),
    ...ensureTimedWork(cluster, [
      {
        name: drillFiles(cluster).scheduledUnit,
        description: `Scheduled restore drill of ${cluster.name}`,
        account: 'root',
        argv: drillArgv(cluster),
        calendar,
        setting: 'BACKUP_SCHEDULE_DRILL',
      },
    ]),
  ];
}

const withoutDrillSchedule = (cluster: Cluster): Step =>
  ensure('Remove the drill timer', change('timer.remove', "take the drill's schedule away"), {
    isRight: async (host) => (await host.readFile(drillFiles(cluster).scheduledFile)) === undefined,
    apply: (host) => host.run(removeDrillSchedule(cluster)),
  });
