import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { repositoryReport, type RepositoryFacts, type RepositoryReport } from './repository-report.ts';
import { currentArchive, timelinesWithHistory, type Histories } from './timeline.ts';
import { noAnswer } from '../host/no-answer.ts';
import type { ReadableHost } from '../host/host.ts';
import { withHosts } from '../host/with-hosts.ts';
import { topologyOf } from '../model/topology.ts';
import { nodeSight } from '../postgres/topology-query.ts';
import { damageNoteOf, parseDamageNote, readableWal } from './damage.ts';
import { readDrills } from './drill/drills-query.ts';
import { backupInfo, ioTimeout10s, timelineHistories, controlPlace } from './pgbackrest-query.ts';
import { storedWal } from './repository-list-query.ts';
import { backupsNotSetUp } from './not-set-up.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import { ioTimeout2s } from './check/broken-links-facts.ts';

/** The answer of `dbctl backup info`. Drills are told by the hosts that can be reached. */
export async function readRepository(
  cluster: Cluster,
  backup: Backup,
  options: LoginOptions,
): Promise<RepositoryReport> {
  const [repository, rehearsed] = await Promise.all([
    withHosts([cluster.control], { ...options, ssh: cluster.ssh }, (hosts) =>
      repositoryFacts(cluster, backup, hosts.get(cluster.control.name), ioTimeout2s),
    ),
    askMachines(cluster, cluster.nodes, options, (host, node) =>
      Promise.all([host.ask(readDrills(cluster)), host.ask(nodeSight(cluster, node))]),
    ),
  ]);
  const drills = rehearsed.flatMap(({ answer }) => answer?.[0] ?? []);
  const { leader } = topologyOf(
    rehearsed.flatMap(({ answer }) => answer?.[1] ?? []),
    '',
  );
  const leaderTimeline = leader?.data?.timeline;
  return repositoryReport(
    { name: cluster.name, stanza: backup.stanza },
    { ...repository, drills, leaderTimeline },
  );
}

/** Reads the repository from the control host. Throws RefusedError when backups were never set up there. */
export async function repositoryFacts(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
  timeout: string = ioTimeout10s,
): Promise<Omit<RepositoryFacts, 'drills' | 'leaderTimeline'>> {
  const place = controlPlace(cluster, backup);
  if ((await control.readFile(place.config)) === undefined) throw backupsNotSetUp(cluster);
  const [info, listed = [], noted] = await Promise.all([
    control.ask(backupInfo(place, timeout)),
    // A repository that cannot be listed says why in its status.
    control.ask(storedWal(place, timeout)).catch(noAnswer),
    control.readFile(damageNoteOf(cluster)),
  ]);
  if (info === undefined) throw backupsNotSetUp(cluster);
  const note = parseDamageNote(noted?.content);
  const wal = readableWal(listed, note);
  return { info, wal, histories: await readHistories(cluster, backup, control, { info, wal }), note };
}

/** What the .history files of the repository say; no question where there is none. */
export async function readHistories(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
  { info, wal }: Pick<RepositoryFacts, 'info' | 'wal'>,
): Promise<Histories> {
  const archive = currentArchive(info);
  const timelines = timelinesWithHistory(wal, archive);
  if (archive === undefined || timelines.length === 0) return new Map();
  return control.ask(timelineHistories(controlPlace(cluster, backup), archive, timelines));
}
