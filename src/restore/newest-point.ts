// Which timeline a restore follows, and where the newest point on it is. Facts in, decision out.

import type { BackupInfo } from '../backup/backup-info.ts';
import { ownWal, type StoredWal } from '../backup/stored-wal.ts';
import { currentArchive, ownTimeline, timelineOf, type Histories } from '../backup/timeline.ts';
import type { Lineage } from '../model/timeline-history.ts';
import type { Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { defaultSegmentBytes, formatLsn, parseLsn, startOfWal } from '../model/lsn.ts';
import type { NodeSight } from '../model/topology.ts';
import { formatTime } from '../model/units.ts';
import type { ArchiverFacts } from '../postgres/archiver.ts';
import type { NewestPoint } from './loss.ts';

/** What the primary's host has. */
export interface Present {
  readonly archiver: ArchiverFacts | undefined;
  readonly sight: NodeSight;
  readonly wal: readonly string[];
  readonly histories: Histories;
}

/**
 * The primary's, whether it runs or not; else the one that the repository tells. Throws RefusedError when nobody can say:
 * also where the data of a primary that is stopped is from before the timeline that the repository goes on with.
 */
export function whoseTimeline(
  info: BackupInfo,
  wal: readonly StoredWal[],
  histories: Histories,
  present: Present | undefined,
): number {
  const { node, state, data } = present?.sight ?? {};
  const isOurs = data?.systemIdentifier === info.databases.at(-1)?.systemIdentifier;
  if (isOurs && state === 'primary') return data!.timeline;
  const archive = currentArchive(info);
  const own = ownTimeline(wal, archive, histories, info.backups.at(-1));
  const left = isOurs && state === 'stopped' && !data?.isStandby ? data!.timeline : undefined;
  if (left !== undefined && (own.timeline === undefined || own.timeline <= left)) return left;
  if (left === undefined && own.timeline !== undefined) return own.timeline;
  const candidates = own.timeline === undefined ? own.candidates : [left!, own.timeline];
  throw new RefusedError({
    what: `nobody can say which timeline is the cluster's: ${candidates.join(' or ')}`,
    why: [
      left === undefined
        ? 'Two servers wrote at the same time, and no primary is there to ask.'
        : `The data on ${node?.name}, which is stopped, is on timeline ${left}, and the repository goes on with timeline ${own.timeline}: it may be an older copy.`,
      ...candidates.map((timeline) => describeArrivals(timeline, wal, archive, histories)),
    ].join('\n'),
    next: [
      ...candidates.map(
        (timeline) =>
          `to follow timeline ${timeline}, repeat the command with: --target-timeline ${timeline}`,
      ),
      ...candidates.map(
        (timeline) =>
          `to look at timeline ${timeline} first, restore it beside: dbctl backup restore --to HOST:PORT --target-timeline ${timeline}`,
      ),
      'nothing was changed',
    ],
  });
}

function describeArrivals(
  timeline: number,
  wal: readonly StoredWal[],
  archive: string | undefined,
  histories: Histories,
): string {
  const arrivals = wal
    .filter(({ archiveId, name }) => archiveId === archive && timelineOf(name) === timeline)
    .map(({ archivedAt }) => archivedAt);
  const parent = histories.get(timeline)?.at(-1);
  const left = parent ? `, left timeline ${parent.timeline} at ${parent.endLsn}` : '';
  const span = arrivals.length === 0 ? 'no WAL' : `WAL arrived until ${formatTime(Math.max(...arrivals))}`;
  return `timeline ${timeline}${left}: ${span}`;
}

interface Ends {
  readonly present: Present | undefined;
  readonly lineage: Lineage;
  readonly archive: NewestPoint | undefined;
}

/** Where the newest point is: a primary that runs knows; else the further one of its control file and of the archive. */
export function newestPoint({ name }: Node, { present, lineage, archive }: Ends): NewestPoint | undefined {
  const { state, data } = present?.sight ?? {};
  if (!data?.lsn || data.timeline !== lineage.timeline) return archive;
  if (state === 'primary') return { lsn: data.lsn, atLeast: data.lsn, says: `${name} is at` };
  if (state !== 'stopped' || data.isStandby) return archive;
  const stopped = { lsn: data.lsn, atLeast: data.lsn, says: `${name} was stopped at` };
  return archive && parseLsn(archive.atLeast)! > parseLsn(data.lsn)! ? archive : stopped;
}

/** Where the archive of a timeline ends: in its last file, and at least one record of that. */
export function archiveEnd(
  info: BackupInfo,
  wal: readonly StoredWal[],
  lineage: Lineage,
): NewestPoint | undefined {
  const last = ownWal(info, wal, lineage)
    .map(({ name: file }) => file)
    .toSorted((a, b) => (a.slice(8) < b.slice(8) ? -1 : 1))
    .at(-1);
  const start = last === undefined ? undefined : startOfWal(last);
  if (start === undefined) return undefined;
  const lsn = formatLsn(start + BigInt(defaultSegmentBytes));
  return { lsn, atLeast: formatLsn(start + 1n), says: 'the repository goes on to' };
}

/** WAL of the old data up to where it goes; files beyond that wait to be written anew. */
export function presentFiles(
  info: BackupInfo,
  { wal, archiver }: Present,
  end: NewestPoint | undefined,
): readonly StoredWal[] {
  const archiveId = currentArchive(info);
  if (archiveId === undefined || end === undefined) return [];
  const limit = archiver?.currentWal?.slice(8) ?? undefined;
  return wal
    .filter((name) => (limit === undefined ? startOfWal(name)! <= positionOf(end) : name.slice(8) <= limit))
    .map((name) => ({ archiveId, name, bytes: defaultSegmentBytes, archivedAt: Date.now() / 1000 }));
}

const positionOf = ({ lsn }: NewestPoint): bigint => parseLsn(lsn)!;

/** The newest WAL is the cluster's own, whatever else the repository has; what is written now is sent before a restore. */
export function withNewestWal(
  info: BackupInfo,
  own: readonly StoredWal[],
  server: ArchiverFacts | undefined,
): BackupInfo {
  const newest = server?.currentWal ?? own.at(-1)?.name.slice(0, 24);
  if (newest === undefined) return info;
  const archiveId = currentArchive(info);
  return {
    ...info,
    archives: info.archives.map((one) => (one.id === archiveId ? { ...one, max: newest } : one)),
  };
}
