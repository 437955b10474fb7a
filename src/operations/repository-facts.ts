import type { Backup } from '../cluster/backup.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { drillDirectory } from '../cluster/drill-result.ts';
import type { RepositoryFacts } from '../cluster/repository-report.ts';
import { newestTimeline } from '../cluster/timeline.ts';
import { RefusedError } from '../errors.ts';
import type { ReadableHost } from '../remote/host.ts';
import { backupInfo } from '../shell/pgbackrest.ts';
import { drillResults, storedWal } from '../shell/repository-list.ts';
import { timelineHistory } from '../shell/wal.ts';
import { controlPlace } from '../steps/make-backup.ts';

/** Reads the repository from the control host. Throws RefusedError when backups were never set up there. */
export async function repositoryFacts(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<RepositoryFacts> {
  const place = controlPlace(cluster, backup);
  if ((await control.readFile(place.config)) === undefined) throw notSetUp(cluster, control);
  const [info, wal, drills] = await Promise.all([
    control.ask(backupInfo(place)),
    control.ask(storedWal(place)),
    control.ask(drillResults(drillDirectory(cluster))),
  ]);
  if (info === undefined) throw notSetUp(cluster, control);
  const { archiveId, timeline } = newestTimeline(info);
  const ancestors =
    archiveId === undefined || timeline === 1
      ? undefined
      : await control.ask(timelineHistory(place, archiveId, timeline));
  return { info, wal, drills, lineage: ancestors && { timeline, ancestors } };
}

const notSetUp = (cluster: Cluster, control: ReadableHost): RefusedError =>
  new RefusedError({
    what: `backups of ${cluster.name} are not set up on ${control.name}`,
    next: ['set them up: dbctl backup setup'],
  });
