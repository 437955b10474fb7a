import type { Backup } from '../model/backup.ts';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { backupsNotSetUp } from '../backup/not-set-up.ts';
import type { RestoreFacts, RestoreRequest } from './restore.ts';
import { newestTimeline } from '../backup/timeline.ts';
import type { BackupInfo } from '../backup/backup-info.ts';
import type { ReadableHost } from '../host/host.ts';
import { archiverFacts, type ArchiverFacts } from '../postgres/archiver.ts';
import { backupInfo, timelineHistory, controlPlace } from '../backup/pgbackrest-query.ts';

export interface RestoreHosts {
  readonly control: ReadableHost;
  /** Undefined when it cannot be reached. */
  readonly primary: ReadableHost | undefined;
}

/** What there is to restore from. A primary that runs gives up to its newest WAL; without it, the repository decides. */
export async function readRestoreFacts(
  cluster: LedCluster,
  backup: Backup,
  { control, primary }: RestoreHosts,
  request: RestoreRequest,
): Promise<RestoreFacts> {
  const place = controlPlace(cluster, backup);
  if ((await control.readFile(place.config)) === undefined) throw backupsNotSetUp(cluster);
  const [found, server] = await Promise.all([
    control.ask(backupInfo(place)),
    primary?.ask(archiverFacts(instanceOf(cluster, cluster.primary))),
  ]);
  const info = found && server ? withCurrentWal(found, server) : found;
  const { archiveId, timeline: newest } = found
    ? newestTimeline(found)
    : { archiveId: undefined, timeline: 1 };
  const timeline = request.timeline ?? newest;
  const ancestors =
    archiveId === undefined || timeline === 1
      ? []
      : await control.ask(timelineHistory(place, archiveId, timeline));
  const isPrimary = server !== undefined && !server.isInRecovery;
  return { info, lineage: { timeline, ancestors }, walUntil: isPrimary ? server.now : undefined };
}

/** The WAL file that is written now is sent before anything is restored. */
function withCurrentWal(info: BackupInfo, { currentWal }: ArchiverFacts): BackupInfo {
  if (currentWal === null) return info;
  const { archiveId } = newestTimeline(info);
  return {
    ...info,
    archives: info.archives.map((one) => (one.id === archiveId ? { ...one, max: currentWal } : one)),
  };
}
