// Which WAL the archive has.

import type { ReadableHost } from '../host/host.ts';
import type { Cluster } from '../model/cluster.ts';
import { defaultSegmentBytes, parseLsn, startOfWal } from '../model/lsn.ts';
import type { Archive } from '../server/verify-streaming-step.ts';
import type { BackupInfo } from './backup-info.ts';
import { backupInfo, controlPlace } from './pgbackrest-query.ts';

/** The archive of a cluster, as its control host sees it. */
export const archiveOf = (cluster: Cluster, stanza: string, control: ReadableHost): Archive => ({
  async has(lsn) {
    const info = await control.ask(backupInfo(controlPlace(cluster, { stanza })));
    return info !== undefined && archiveHas(info, lsn);
  },
});

/** Whether an archive of the current database has the WAL that follows a position (whatever the timeline). */
export function archiveHas({ archives }: BackupInfo, lsn: string): boolean {
  const position = parseLsn(lsn);
  const current = archives.at(-1)?.id;
  return archives
    .filter(({ id }) => id === current)
    .some(({ min, max }) => {
      const [from, last] = [startOfWal(min ?? ''), startOfWal(max ?? '')];
      if (position === undefined || from === undefined || last === undefined) return false;
      return from <= position && position < last + BigInt(defaultSegmentBytes);
    });
}
