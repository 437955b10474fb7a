import type { Backup } from '../cluster/backup.ts';
import type { Cluster, Node } from '../cluster/cluster.ts';
import { drillFiles, scheduledDrillNode } from '../cluster/drill.ts';
import type { Step } from '../engine/step.ts';
import { render } from '../render.ts';
import { removeDrillSchedule } from '../shell/drills.ts';
import { keepDrillFiles } from './drill-files.ts';
import { ownFile } from './own-file.ts';
import { keepService } from './service.ts';

const unitFile = { owner: 'root:root', mode: 0o644 } as const;

/** Keeps the drill's timer on the one host that rehearses, and on no other. */
export function keepDrillSchedule(cluster: Cluster, backup: Backup, node: Node): readonly Step[] {
  const calendar = backup.schedule.drill;
  if (calendar === undefined || node.name !== scheduledDrillNode(cluster).name) {
    return [withoutDrillSchedule(cluster)];
  }
  const { timer, timerFile, serviceFile, ...files } = drillFiles(cluster);
  return [
    ...keepDrillFiles(cluster, backup, node),
    ownFile("Write the drill's unit", {
      path: serviceFile,
      content: render('etc/systemd/system/dbctl-scheduled-drill.service', {
        cluster: cluster.name,
        program: files.program,
        config: files.config,
        state_directory: files.stateDirectory,
      }),
      ...unitFile,
    }),
    ownFile("Write the drill's timer", {
      path: timerFile,
      content: render('etc/systemd/system/dbctl-scheduled-drill.timer', { cluster: cluster.name, calendar }),
      ...unitFile,
    }),
    keepService('Rehearse restores on schedule', {
      unit: timer,
      startFiles: [timerFile, serviceFile],
      reloadFiles: [],
    }),
  ];
}

function withoutDrillSchedule(cluster: Cluster): Step {
  const { timerFile } = drillFiles(cluster);
  return {
    title: 'Rehearse restores elsewhere, or never',

    async diff(host) {
      return (await host.readFile(timerFile)) === undefined ? [] : ["take the drill's schedule away"];
    },

    apply: (host) => host.run(removeDrillSchedule(cluster)),
  };
}
