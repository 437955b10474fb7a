// A restore that is rehearsed on a data host, beside the cluster.

import type { Backup } from '../../model/backup.ts';
import { machinesOf, type Cluster, type LedCluster, type Node } from '../../model/cluster.ts';
import { chooseDrillNode, drillFiles, type DrillResult } from './drill.ts';
import { drillAim, targetOf, type DrillAim, type DrillFlags } from './drill-target.ts';
import { instanceOf } from '../../model/instance.ts';
import { recoveryWindow } from '../recovery-window.ts';
import { onlyOn } from '../../engine/run-plan.ts';
import type { ChangeAccess } from '../../operation/change-command.ts';
import { parseLsn, startOfWal } from '../../model/lsn.ts';
import { RefusedError } from '../../model/errors.ts';
import { longWorkState } from '../../host/long-work.ts';
import type { ReadableHost } from '../../host/host.ts';
import { withHosts, type HostSet } from '../../host/with-hosts.ts';
import { archiverFacts } from '../../postgres/archiver.ts';
import { runningUnits } from '../backup-work-query.ts';
import { drillFreeBytes, readDrills } from './drills-query.ts';
import { ensureDrillFiles } from './drill-files-step.ts';
import { rehearseRestore } from '../rehearse-restore-step.ts';
import { repositoryFacts } from '../repository-facts.ts';
import { ownRecovery } from '../own-recovery.ts';
import { timelineOf } from '../timeline.ts';

interface DrillRequest {
  readonly cluster: LedCluster;
  readonly backup: Backup;
  readonly flags: DrillFlags;
}

/** Rehearses a restore, and answers what came back. */
export function drill(
  { cluster, backup, flags }: DrillRequest,
  { changeHosts }: ChangeAccess,
): Promise<DrillResult> {
  // Flags that contradict each other are refused before any host is reached.
  targetOf(flags);
  return changeHosts(cluster, machinesOf(cluster), async ({ hosts, carryOut }) => {
    const facts = await readDrillFacts(cluster, backup, hosts, flags);
    const rehearsal = rehearseRestore(cluster, facts.aim);
    const host = hosts.get(facts.node.name);
    await carryOut([
      onlyOn('Install the drill', host, () => ensureDrillFiles(cluster, backup, facts.node)),
      onlyOn('Run a restore drill', host, () => [rehearsal.step]),
    ]);
    return rehearsal.answer();
  });
}

export const pastDrills = async (cluster: Cluster, { login }: ChangeAccess) => ({
  cluster: cluster.name,
  drills: await withHosts(cluster.nodes, { ...login, ssh: cluster.ssh }, (hosts) =>
    drillHistory(cluster, hosts),
  ),
});

interface DrillFacts {
  readonly node: Node;
  readonly aim: DrillAim;
}

/** Decides where to rehearse, and what: where a drill runs already, it is that one. Throws RefusedError. */
async function readDrillFacts(
  cluster: LedCluster,
  backup: Backup,
  hosts: HostSet,
  flags: DrillFlags,
): Promise<DrillFacts> {
  const control = hosts.get(cluster.control.name);
  const [repository, archiver, places] = await Promise.all([
    repositoryFacts(cluster, backup, control),
    hosts.get(cluster.primary.name).ask(archiverFacts(instanceOf(cluster, cluster.primary))),
    Promise.all(cluster.nodes.map((node) => readPlace(cluster, node, hosts))),
  ]);
  const { info } = repository;
  const scheduled = places.find(({ isScheduled }) => isScheduled);
  if (scheduled) throw runsBySchedule(scheduled.node);
  const leaderTimeline = archiver?.currentWal ? timelineOf(archiver.currentWal) : undefined;
  const { backups, gaps: seen } = ownRecovery({ ...repository, leaderTimeline });
  // What was not archived yet may be on its way.
  const archived = startOfWal(archiver?.lastArchivedWal ?? '');
  const gaps = seen.filter(({ fromLsn }) => archived !== undefined && parseLsn(fromLsn)! <= archived);
  const window = recoveryWindow(
    { ...info, backups },
    { archivedAt: archiver?.lastArchivedAt ?? undefined, gaps },
  );
  const aim = drillAim(flags, window, Math.random);
  const running = places.find(({ isRunning }) => isRunning);
  return { aim, node: running?.node ?? chooseDrillNode(places, aim.backup.databaseBytes) };
}

async function readPlace(cluster: Cluster, node: Node, hosts: HostSet) {
  const host = hosts.get(node.name);
  const { unit, scheduledUnit } = drillFiles(cluster);
  const [freeBytes, { kind }, scheduled] = await Promise.all([
    host.ask(drillFreeBytes(cluster)),
    longWorkState(host, unit),
    host.ask(runningUnits([scheduledUnit])),
  ]);
  return { node, freeBytes, isRunning: kind === 'running', isScheduled: scheduled.length > 0 };
}

/** The drills that the data hosts remember, oldest first. */
async function drillHistory(cluster: Cluster, hosts: HostSet<ReadableHost>): Promise<readonly DrillResult[]> {
  const found = await Promise.all(cluster.nodes.map(({ name }) => hosts.get(name).ask(readDrills(cluster))));
  // Two nodes on one host share its history.
  const unique = new Map(found.flat().map((one) => [one.id, one]));
  return [...unique.values()].toSorted((a, b) => a.startedAt - b.startedAt);
}

const runsBySchedule = ({ name }: Node): RefusedError =>
  new RefusedError({
    what: `the scheduled drill is running on ${name}`,
    next: ['wait until it has ended, and read its result: dbctl backup drill --history'],
  });
