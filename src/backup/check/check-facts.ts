// Looks at everything that backups rest on, all at once, and changes nothing.

import { backupCheck, type BackupCheck } from './backup-check.ts';
import type { BackupFacts, ControlFacts, NodeBackupFacts } from './backup-facts.ts';
import type { Backup } from '../../model/backup.ts';
import type { Cluster } from '../../model/cluster.ts';
import { withHosts } from '../../host/with-hosts.ts';
import { askEnd, pgbackrest, controlPlace } from '../pgbackrest-query.ts';
import { askMachines, type LoginOptions } from '../../host/ask-machines.ts';
import { readControlFacts, type ControlAnswer } from './control-facts.ts';
import { repositoryReport } from '../repository-report.ts';
import { timelineOf } from '../timeline.ts';
import { readNodeBackupFacts } from './node-facts.ts';

export async function checkBackups(
  cluster: Cluster,
  backup: Backup,
  options: LoginOptions & { readonly deep?: boolean | undefined },
): Promise<BackupCheck> {
  const [[control], nodes] = await Promise.all([
    askMachines(cluster, [cluster.control], options, (host) => readControlFacts(cluster, backup, host)),
    askMachines(cluster, cluster.nodes, options, (host, node) =>
      readNodeBackupFacts(cluster, backup, node, host),
    ),
  ]);
  const unseen = [control, ...nodes].flatMap((one) =>
    one?.problem === undefined ? [] : [{ name: one.machine.name, problem: one.problem }],
  );
  const seen = nodes.flatMap(({ answer }) => answer ?? []);
  const sight: BackupFacts = {
    now: Date.now() / 1000,
    control: control?.answer && judged(cluster, backup, control.answer, seen),
    nodes: seen,
    unseen,
  };
  const deep = options.deep && control?.answer ? await checkDeeply(cluster, backup, options) : undefined;
  return backupCheck(cluster, backup, sight, deep);
}

/** Lets pgBackRest switch to a new WAL file and see the old one arrive. Answers its complaints. */
async function checkDeeply(
  cluster: Cluster,
  backup: Backup,
  options: LoginOptions,
): Promise<readonly string[]> {
  const check = askEnd(pgbackrest(controlPlace(cluster, backup), 'check'), 300_000);
  const { exitCode, complaints } = await withHosts(
    [cluster.control],
    { ...options, ssh: cluster.ssh },
    (hosts) => hosts.get(cluster.control.name).ask(check),
  );
  return exitCode === 0 ? [] : [`exit code ${exitCode}`, ...complaints];
}

/** What the repository says is judged by who leads, and by what drills met. */
function judged(
  { name }: Cluster,
  { stanza }: Backup,
  { repository, ...control }: ControlAnswer,
  nodes: readonly NodeBackupFacts[],
): ControlFacts {
  if (repository === undefined) return { ...control, repository };
  const { facts, ...status } = repository;
  if (facts === undefined) return { ...control, repository: { ...status, report: undefined } };
  const leaders = nodes.flatMap(({ archiver }) => archiver?.currentWal ?? []).map(timelineOf);
  // Of two that take writes, the one that was not promoted is taken for the cluster's, and the other one is named.
  const leaderTimeline = leaders.length === 0 ? undefined : Math.min(...leaders);
  const drills = nodes.flatMap((node) => node.drills);
  const report = repositoryReport({ name, stanza }, { ...facts, drills, leaderTimeline });
  return { ...control, repository: { ...status, report, histories: facts.histories } };
}
