// Restarts for settings that need one: never by surprise, and never all at once.

import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { oneByOne, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { restartWhenAsked } from './reload-settings-step.ts';
import { settingsFile } from './settings-step.ts';
import { onMachines } from '../engine/on-machines.ts';

/** Whether a node may be restarted now; "later": another part of the same plan sees to it. */
export type Restart = boolean | 'later';

interface Place {
  readonly cluster: Cluster;
  readonly hosts: HostSet;
  readonly restart: Restart;
}

/** One node after the other, in the order given. */
export function restartStages(nodes: readonly Node[], { cluster, hosts, restart }: Place): readonly Stage[] {
  if (restart === 'later') return [];
  const step = (node: Node) =>
    restartWhenAsked(instanceOf(cluster, node), { allowed: restart, wanted: settingsFile(cluster, node) });
  return [
    oneByOne(onMachines('Restart PostgreSQL for changed settings', nodes, hosts, (node) => [step(node)])),
  ];
}
