// From a running cluster to one whose data can be brought back.

import type { Backup } from '../model/backup.ts';
import { machinesOf, type LedCluster, type Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import type { ChangeHosts } from '../operation/change-hosts.ts';
import { overriddenOn } from '../server/overrides-facts.ts';
import { refusal } from '../server/tablespace-step.ts';
import { setUpNodes } from '../server/set-up-nodes-facts.ts';
import { readSource } from '../server/source-facts.ts';
import { ensureArchiving } from './archiving-step.ts';
import { ensureDrillSchedule } from './drill/drill-schedule-step.ts';
import { finishPromotion } from './finish-promotion-step.ts';
import { ensureBackupProgram, ensureFirstBackup } from './make-backup-step.ts';
import { reloadSettings } from '../server/reload-settings-step.ts';
import { ensureSchedule } from './schedule-step.ts';
import { ensureSettings } from '../server/settings-step.ts';
import { ensureStanza } from './stanza-step.ts';
import { verifyArchiving } from './verify-archiving-step.ts';
import { connectionStages, type BackedUpCluster } from './connections-plan.ts';
import { onMachines } from '../engine/on-machines.ts';
import { restartStages, type Restart } from '../server/pending-restarts-plan.ts';

/** Throws RefusedError unless the primary runs and is the cluster's. */
export const setUpBackups = ({ cluster, backup, restart }: SetupRequest, changeHosts: ChangeHosts) =>
  changeHosts(cluster, machinesOf(cluster), async ({ hosts, carryOut, endsWith }) => {
    const { host, fixed = [] } = await readSource(cluster, hosts.get(cluster.primary.name));
    const uncopied = fixed.filter(({ forbids }) => forbids !== 'moving');
    if (uncopied.length > 0) throw refusal(host, uncopied);
    const nodes = await setUpNodes(cluster, hosts);
    const result = await carryOut(backupSetupPlan({ cluster, backup, hosts }, { restart, nodes }));
    return { result, overridden: await overriddenOn(cluster, nodes, { hosts, endsWith }) };
  });

interface SetupRequest {
  readonly cluster: LedCluster;
  readonly backup: Backup;
  readonly restart: boolean;
}

export interface BackupSetupOptions {
  readonly restart: Restart;
  /** The nodes that have an instance to archive from. */
  readonly nodes: readonly Node[];
  /** Those whose hosts answer; all of them by default. */
  readonly reached?: readonly Node[];
}

/** Everything that backups need, in the order in which each part is needed. */
export function backupSetupPlan(
  { cluster, backup, hosts }: BackedUpCluster & { readonly cluster: LedCluster },
  options: BackupSetupOptions,
): readonly Stage[] {
  const { reached = cluster.nodes } = options;
  const control = hosts.get(cluster.control.name);
  const primary = hosts.get(cluster.primary.name);
  const onNodes = (title: string, nodes: readonly Node[], steps: (node: Node) => readonly Step[]): Stage =>
    onMachines(title, nodes, hosts, steps);
  return [
    ...connectionStages({ cluster, backup, hosts }, reached),
    onlyOn('Create the stanza', control, () => [ensureStanza(cluster, backup, primary)]),
    onNodes('Send WAL to the repository', options.nodes, (node) => [
      ensureSettings(cluster, node),
      ...ensureArchiving(cluster, backup, node),
      reloadSettings(instanceOf(cluster, node)),
    ]),
    ...restartStages(options.nodes.toReversed(), { cluster, hosts, restart: options.restart }),
    onlyOn('Finish a promotion', primary, () => [finishPromotion(instanceOf(cluster, cluster.primary))]),
    onlyOn('Verify that WAL reaches the repository', primary, () => [
      // pgBackRest's check from the control host wants every node; from the primary, that one alone.
      verifyArchiving(cluster, backup, reached.length === cluster.nodes.length ? control : undefined),
    ]),
    onlyOn('Make the first backup', control, () => [
      ensureBackupProgram(),
      ensureFirstBackup(cluster, backup),
    ]),
    onlyOn('Set up the backup timers', control, () => ensureSchedule(cluster, backup)),
    onNodes('Schedule restore drills', reached, (node) => ensureDrillSchedule(cluster, backup, node)),
  ];
}
