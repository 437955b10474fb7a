// From the moment at which another node leads to a cluster that follows it, with everything that depends on who leads.

import { connectionStages } from '../backup/connections-plan.ts';
import { ensureDrillSchedule } from '../backup/drill/drill-schedule-step.ts';
import { finishPromotion } from '../backup/finish-promotion-step.ts';
import { verifyArchiving } from '../backup/verify-archiving-step.ts';
import { onMachines } from '../engine/on-machines.ts';
import { onlyOn, type Plan, type Stage } from '../engine/run-plan.ts';
import { change, type Step } from '../engine/step.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { Backup } from '../model/backup.ts';
import { ledBy, type Cluster, type LedCluster, type Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { unlessPatroni } from '../patroni/unless-patroni-step.ts';
import { isInRecovery } from '../postgres/replication.ts';
import { checkpoint, isOnNewerTimeline } from '../postgres/wal.ts';
import { ensureFollowing } from '../replication/follow-primary-step.ts';
import { markLeftEnds } from '../replication/left-ends-step.ts';
import { dropUnusedSlots, ensureSlot } from '../replication/replication-slot-step.ts';
import { guardSteps } from '../server/guard-step.ts';
import { ensureHba } from '../server/hba-step.ts';
import { reloadSettings } from '../server/reload-settings-step.ts';
import { rememberPrimary } from '../server/remember-primary-step.ts';
import { ensureReplicationPassfile } from '../server/replication-passfile-step.ts';
import { verifyStreaming } from '../server/verify-streaming-step.ts';
import { nameLeader } from './name-leader-step.ts';
import { runAsReplica } from './patroni-hand-over-step.ts';
import { forgetSwitchover } from './switchover-note-step.ts';

export interface LeadOptions {
  /** The cluster as the candidate leads it, by the file as it is. */
  readonly cluster: LedCluster;
  readonly hosts: HostSet;
  /** What is done until the candidate leads; nothing when it does. */
  readonly before: readonly Stage[];
  /** Nodes whose hosts answer, and that have data of the cluster. */
  readonly nodes: readonly Node[];
  readonly backup: Backup | undefined;
  /** The text of .env.cluster that names the new primary, and the cluster as it is then; undefined when a person has to write it. */
  readonly rewritten: { readonly text: string; readonly cluster: Cluster } | undefined;
}

/** From the moment at which a candidate takes over, in whatever way. */
export function leadPlan(options: LeadOptions): Plan {
  const { cluster, hosts, before, rewritten } = options;
  const { primary: to } = cluster;
  const control = hosts.get(cluster.control.name);
  return [
    ...before,
    onlyOn('Name the new primary', control, () => [
      nameLeader(cluster, rewritten?.text),
      ...(rewritten ? [rememberPrimary(rewritten.cluster)] : []),
    ]),
    () => followStages({ ...options, cluster: ledBy(rewritten?.cluster ?? cluster, to) }),
    onlyOn('Forget the switchover', control, () => [forgetSwitchover(cluster)]),
  ];
}

/** So that also a replica whose primary is gone, or that has stopped, can say which timeline its data is on. */
const writeTimeline = (instance: Instance): Step => ({
  title: 'Write the timeline into the control file',
  diff: async (host) =>
    (await host.ask(isOnNewerTimeline(instance))) ? [change('postgres.checkpoint', 'make a checkpoint')] : [],
  apply: (host) => host.run(checkpoint(instance)),
  // PostgreSQL does it with the next checkpoint of the primary at the latest.
  verify: () => Promise.resolve([]),
});

/** The files of a node that name the others. */
export const nodeFiles = (cluster: Cluster, node: Node): readonly Step[] => [
  ensureHba(cluster, node),
  ensureReplicationPassfile(cluster, node),
  ...guardSteps(cluster, node),
  reloadSettings(instanceOf(cluster, node)),
];

/** Everything here can be done again. */
async function followStages({ cluster, hosts, nodes, backup }: LeadOptions): Promise<readonly Stage[]> {
  const { primary: to } = cluster;
  const primary = hosts.get(to.name);
  const replicas = nodes.filter(({ name }) => name !== to.name);
  const leads = !(await primary.ask(isInRecovery(instanceOf(cluster, to))));
  const follow = (title: string, steps: (node: Node) => readonly Step[]): Stage =>
    onMachines(title, replicas, hosts, steps);
  return [
    onMachines('Write the files that name the nodes', nodes, hosts, (node) => nodeFiles(cluster, node)),
    follow(`Follow ${to.name}`, (node) => [
      unlessPatroni(instanceOf(cluster, node), ensureSlot(cluster, node, primary)),
      runAsReplica(cluster, node),
      unlessPatroni(instanceOf(cluster, node), ensureFollowing(cluster, node)),
    ]),
    // Before the candidate leads there is nothing to see.
    ...(leads
      ? [
          onlyOn('Finish the promotion', primary, () => [finishPromotion(instanceOf(cluster, to))]),
          follow('Verify that the replicas stream', (node) => [
            verifyStreaming(cluster, node, primary),
            writeTimeline(instanceOf(cluster, node)),
            markLeftEnds(instanceOf(cluster, node)),
          ]),
        ]
      : []),
    follow('Drop slots of the former primary', (node) => [dropUnusedSlots(instanceOf(cluster, node))]),
    ...(backup ? backupStages({ cluster, hosts, nodes, backup }, leads) : []),
  ];
}

interface BackedUp extends Pick<LeadOptions, 'cluster' | 'hosts' | 'nodes'> {
  readonly backup: Backup;
}

function backupStages({ cluster, hosts, nodes, backup }: BackedUp, leads: boolean): readonly Stage[] {
  const isWhole = nodes.length === cluster.nodes.length;
  return [
    ...connectionStages({ cluster, backup, hosts }, nodes),
    ...(leads
      ? [
          onlyOn('Verify that WAL reaches the repository', hosts.get(cluster.primary.name), () => [
            verifyArchiving(cluster, backup, isWhole ? hosts.get(cluster.control.name) : undefined),
          ]),
        ]
      : []),
    onMachines('Schedule restore drills', nodes, hosts, (node) => ensureDrillSchedule(cluster, backup, node)),
  ];
}
