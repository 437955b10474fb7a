// Takes another server's timeline out of the repository, on which restores and replicas would follow it.

import { askMachines } from '../host/ask-machines.ts';
import { action } from '../host/command.ts';
import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { ConfigError, RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { topologyOf } from '../model/topology.ts';
import { counted, formatBytes } from '../model/units.ts';
import { onlyOn } from '../engine/run-plan.ts';
import { change, type Step } from '../engine/step.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { nodeSight } from '../postgres/topology-query.ts';
import { withRepositoryLock } from './backup-work-query.ts';
import { pgbackrestUser } from './pgbackrest.ts';
import { controlPlace, localHistories, pgbackrest } from './pgbackrest-query.ts';
import { repositoryFacts } from './repository-facts.ts';
import { storedWal } from './repository-list-query.ts';
import { historyFileOf } from '../model/timeline-history.ts';
import { currentArchive, mayBeOwn, timelineOf, type Histories } from './timeline.ts';
import { onlyAfterBackup, timelineDecision } from './timeline-advice.ts';

interface RemoveRequest {
  readonly cluster: Cluster;
  readonly backup: Backup;
  readonly timeline: string;
}

/** Throws RefusedError for the cluster's own timeline, and while nobody leads who could say which one that is. */
export async function removeTimeline(
  { cluster, backup, timeline: typed }: RemoveRequest,
  access: ChangeAccess,
) {
  const timeline = Number(typed);
  if (!(Number.isInteger(timeline) && timeline > 0)) {
    throw new ConfigError({
      what: '--timeline is a number, as dbctl backup info shows it',
      next: ['see the timelines of the repository: dbctl backup info'],
    });
  }
  return access.changeHosts(cluster, [cluster.control], async ({ hosts, carryOut }) => {
    const control = hosts.get(cluster.control.name);
    const [{ info, wal, histories }, leader] = await Promise.all([
      repositoryFacts(cluster, backup, control),
      readLeader(cluster, access),
    ]);
    const archive = currentArchive(info);
    const files = wal.filter(({ archiveId, name }) => archiveId === archive && timelineOf(name) === timeline);
    if (archive === undefined || files.length === 0) return { result: { changes: [] } };
    refuseOwn(timeline, histories, leader);
    const labels = info.backups.flatMap(({ label, stopWal = '' }) =>
      timelineOf(stopWal) === timeline ? label : [],
    );
    if (labels.length > 0) throw hasBackups(timeline, labels, controlPlace(cluster, backup));
    if (timeline !== leader.timeline && mayBeOwn(timeline, { info, wal, histories }))
      throw perhapsOwn(cluster, timeline, leader);
    const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
    await access.confirm(
      cluster.name,
      `Timeline ${timeline} is removed from the repository: ${counted(files.length, 'file')}, ${formatBytes(bytes)}. What was written on it cannot be restored then, also if ${leader.name} was started from an older copy of its data.`,
    );
    const step = removeFiles(cluster, backup, { archive, timeline });
    return { result: await carryOut([onlyOn(step.title, control, () => [step])]) };
  });
}

interface Leader {
  readonly name: string;
  readonly timeline: number;
  readonly histories: Histories;
}

async function readLeader(cluster: Cluster, { login }: ChangeAccess): Promise<Leader> {
  const asked = await askMachines(cluster, cluster.nodes, login, (host, node) =>
    Promise.all([host.ask(nodeSight(cluster, node)), host.ask(localHistories(instanceOf(cluster, node)))]),
  );
  const seen = asked.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  const { leader } = topologyOf(
    seen.map(([sight]) => sight),
    '',
  );
  const timeline = leader?.data?.timeline;
  if (leader === undefined || timeline === undefined) {
    throw new RefusedError({
      what: `not one node of ${cluster.name} leads, so nobody can say which timeline is its own`,
      next: ['see who leads: dbctl status', 'nothing was changed'],
    });
  }
  const histories = seen.find(([sight]) => sight === leader)![1];
  return { name: leader.node.name, timeline, histories };
}

/** Of the leader's own number, the repository may have another server's: it left its parent elsewhere. */
function refuseOwn(timeline: number, histories: Histories, leader: Leader): void {
  const own = leader.histories.get(leader.timeline);
  const isAncestor = own?.some((one) => one.timeline === timeline) ?? false;
  const stored = histories.get(timeline)?.at(-1);
  const isOthers = stored !== undefined && own !== undefined && own.at(-1)?.endLsn !== stored.endLsn;
  if (timeline !== leader.timeline && !isAncestor) return;
  if (timeline === leader.timeline && isOthers) return;
  throw new RefusedError({
    what: `timeline ${timeline} is the cluster's own`,
    why: `${leader.name} leads on timeline ${leader.timeline}${isAncestor ? ', which grew from it' : ''}.`,
    next: ['see the timelines of the repository: dbctl backup info', 'nothing was changed'],
  });
}

const hasBackups = (
  timeline: number,
  labels: readonly string[],
  { config, stanza }: ReturnType<typeof controlPlace>,
): RefusedError =>
  new RefusedError({
    what: `backups were made on timeline ${timeline}: ${labels.join(', ')}`,
    why: 'Without its WAL they cannot be restored. A person must decide whether anything of them is needed.',
    next: [
      ...labels.map(
        (label) =>
          `to remove one, on the control host: runuser -u postgres -- pgbackrest --config=${config} --stanza=${stanza} --set=${label} expire`,
      ),
      'nothing was changed',
    ],
  });

/** A leader that was started from an older copy would have its own rows removed. */
const perhapsOwn = (cluster: Cluster, timeline: number, leader: Leader): RefusedError =>
  new RefusedError({
    what: `timeline ${timeline} may be the cluster's own: no backup says that another one is`,
    why: `${leader.name} leads on timeline ${leader.timeline}. If it was started from an older copy of its data, what came after that is on timeline ${timeline}, and perhaps in no other place.`,
    next: [
      ...timelineDecision(cluster, timeline, leader.name),
      onlyAfterBackup(leader.name),
      'nothing was changed',
    ],
  });

interface ArchivedTimeline {
  readonly archive: string;
  readonly timeline: number;
}

function removeFiles(cluster: Cluster, backup: Backup, { archive, timeline }: ArchivedTimeline): Step {
  const place = controlPlace(cluster, backup);
  const remove = (path: string, ...options: readonly string[]) =>
    action(
      withRepositoryLock(
        cluster,
        [
          ...pgbackrest(place, 'repo-rm', '--repo=1', ...options),
          `archive/${backup.stanza}/${archive}/${path}`,
        ],
        60,
      ),
      { asUser: pgbackrestUser, timeoutMs: 600_000 },
    );
  const look = async (host: Parameters<Step['diff']>[0]) =>
    (await host.ask(storedWal(place))).filter(
      ({ archiveId, name }) => archiveId === archive && timelineOf(name) === timeline,
    );
  return {
    title: `Remove timeline ${timeline} from the repository`,

    async diff(host) {
      const files = await look(host);
      if (files.length === 0) return [];
      const what = `remove timeline ${timeline} from the repository: ${counted(files.length, 'file')}`;
      return [change('wal.remove', what, String(timeline))];
    },

    async apply(host, report) {
      const files = await look(host);
      const directories = new Set(
        files.flatMap(({ name }) => (/^[0-9A-F]{24}/.test(name) ? name.slice(0, 16) : [])),
      );
      for (const directory of directories) {
        report(`removing ${directory}`);
        await host.run(remove(directory, '--recurse'));
      }
      // Last: while it is there, somebody can see what is left to do.
      await host.run(remove(historyFileOf(timeline)));
    },
  };
}
