// Does the repository have the cluster's own timeline, and no other server's?

import type { Backup } from '../../model/backup.ts';
import type { Cluster } from '../../model/cluster.ts';
import { instanceOf } from '../../model/instance.ts';
import { nodeConfigOf } from '../pgbackrest.ts';
import { finding, type Finding } from '../../model/finding.ts';
import { counted, formatBytes } from '../../model/units.ts';
import type { BranchRow } from '../repository-report.ts';
import { historyFileOf, type Ancestor } from '../../model/timeline-history.ts';
import { onlyAfterBackup, timelineDecision } from '../timeline-advice.ts';
import { timelineOf } from '../timeline.ts';
import type { BackupFacts, NodeBackupFacts } from './backup-facts.ts';

const about = { check: 'timelines' };

interface CheckedCluster {
  readonly cluster: Cluster;
  readonly stanza: string;
}

export function checkTimelines(
  cluster: Cluster,
  { stanza }: Backup,
  { control, nodes }: BackupFacts,
): readonly Finding[] {
  const { report, histories } = control?.repository ?? {};
  if (report === undefined) return [];
  const leader = nodes.find(({ archiver }) => leads(archiver, report.timeline));
  const collides =
    leader && collision(cluster, leader, histories?.get(report.timeline)?.at(-1), report.timeline);
  const findings = [
    ...(collides ? [collides] : []),
    ...(report.hasOwnHistory ? [] : [noHistory(report.timeline, leader, { cluster, stanza })]),
    ...report.branches
      .filter(({ isForeign }) => isForeign)
      .map((branch) => foreign(branch, { cluster, own: report.timeline, leader, nodes })),
  ];
  if (findings.length > 0) return findings;
  return [finding(about, 'ok', `the repository has timeline ${report.timeline}, and no other server's`)];
}

const leads = (archiver: NodeBackupFacts['archiver'], timeline: number): boolean =>
  archiver?.currentWal != null && timelineOf(archiver.currentWal) === timeline;

interface Beside {
  readonly cluster: Cluster;
  /** The timeline that the leader is on. */
  readonly own: number;
  readonly leader: NodeBackupFacts | undefined;
  readonly nodes: readonly NodeBackupFacts[];
}

/** Restores and replicas of dbctl are told which timeline is theirs; everybody else follows the newest one. */
function foreign(branch: BranchRow, { cluster, own, leader, nodes }: Beside): Finding {
  const { timeline, fromTimeline, fromLsn, files, bytes } = branch;
  const makers = nodes
    // The leader may have fetched what it did not follow, to choose a number of its own.
    .filter(({ histories, archiver }) => histories.has(timeline) && !leads(archiver, own))
    .map(({ node }) => node.name);
  const left =
    fromTimeline === null
      ? 'whose history is not there'
      : `which left timeline ${fromTimeline} at ${fromLsn}`;
  const maker =
    makers.length === 0
      ? 'no node of the cluster has it now'
      : `${makers.join(' and ')} has it: promoted there`;
  return finding(
    about,
    'critical',
    `timeline ${timeline}, ${left}, is not the one that the primary is on (${own}): ${counted(files, 'file')}, ${formatBytes(bytes)}; ${maker}`,
    [
      ...timelineDecision(cluster, timeline, leader?.node.name ?? cluster.configuredPrimary.name),
      ...makers.map((name) => `if ${name} is not a replica now, make it one: dbctl reinit ${name}`),
      removal(branch, leader?.node.name ?? cluster.configuredPrimary.name),
    ],
  );
}

/** What may be the only copy of what was acknowledged is offered to nobody for removal. */
const removal = ({ timeline, mayBeOwn }: BranchRow, leader: string): string =>
  mayBeOwn
    ? onlyAfterBackup(leader)
    : `only when nothing of it is needed, remove it from the repository: dbctl backup expire --timeline ${timeline}`;

/** The leader began a timeline of a number that another server's already had in the repository. */
function collision(
  cluster: Cluster,
  { node, histories }: NodeBackupFacts,
  stored: Ancestor | undefined,
  timeline: number,
): Finding | undefined {
  const own = histories.get(timeline)?.at(-1);
  if (own === undefined || stored === undefined) return undefined;
  if (own.timeline === stored.timeline && own.endLsn === stored.endLsn) return undefined;
  return finding(
    about,
    'critical',
    `timeline ${timeline} in the repository is another server's: it left timeline ${stored.timeline} at ${stored.endLsn}, that of ${node.name} at ${own.endLsn}; nothing of ${node.name} is archived`,
    [
      ...timelineDecision(cluster, timeline, node.name),
      `only when nothing of it is needed, remove it, and ${node.name} archives its own: dbctl backup expire --timeline ${timeline}`,
      'then: dbctl backup run --type full',
    ],
  );
}

function noHistory(
  timeline: number,
  leader: NodeBackupFacts | undefined,
  { cluster, stanza }: CheckedCluster,
): Finding {
  const file = historyFileOf(timeline);
  const message = `${file} is not in the repository: no restore reaches timeline ${timeline}`;
  if (!leader?.histories.has(timeline)) {
    return finding(about, 'critical', `${message}, and the leader does not have it either`, [
      'a person must decide: see docs/restore.md, "Timelines"',
    ]);
  }
  const { node } = leader;
  const push = `pgbackrest --config=${nodeConfigOf(cluster, node)} --stanza=${stanza} --no-archive-async archive-push`;
  const path = `${instanceOf(cluster, node).dataDirectory}/pg_wal/${file}`;
  return finding(about, 'critical', message, [
    `send it again, on ${node.name}: cd / && runuser -u postgres -- ${push} ${path}`,
  ]);
}
