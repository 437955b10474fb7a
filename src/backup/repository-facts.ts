import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { repositoryReport, type RepositoryFacts, type RepositoryReport } from './repository-report.ts';
import { newestTimeline } from './timeline.ts';
import { noAnswer } from '../host/no-answer.ts';
import type { ReadableHost } from '../host/host.ts';
import { withHosts } from '../host/with-hosts.ts';
import { readDrills } from './drill/drills-query.ts';
import { backupInfo, ioTimeout10s, timelineHistory, controlPlace } from './pgbackrest-query.ts';
import { dataMachines } from './pgbackrest-config.ts';
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
    askMachines(cluster, dataMachines(cluster), options, (host) => host.ask(readDrills(cluster))),
  ]);
  const drills = rehearsed.flatMap(({ answer }) => answer ?? []);
  return repositoryReport({ name: cluster.name, stanza: backup.stanza }, { ...repository, drills });
}

/** Reads the repository from the control host. Throws RefusedError when backups were never set up there. */
export async function repositoryFacts(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
  timeout: string = ioTimeout10s,
): Promise<Omit<RepositoryFacts, 'drills'>> {
  const place = controlPlace(cluster, backup);
  if ((await control.readFile(place.config)) === undefined) throw backupsNotSetUp(cluster);
  const [info, wal = []] = await Promise.all([
    control.ask(backupInfo(place, timeout)),
    // A repository that cannot be listed says why in its status.
    control.ask(storedWal(place, timeout)).catch(noAnswer),
  ]);
  if (info === undefined) throw backupsNotSetUp(cluster);
  const { archiveId, timeline } = newestTimeline(info);
  const ancestors =
    archiveId === undefined || timeline === 1
      ? undefined
      : await control.ask(timelineHistory(place, archiveId, timeline));
  return { info, wal, lineage: ancestors && { timeline, ancestors } };
}
