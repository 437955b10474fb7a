// Whether a primary that is stopped has all that it had: a disk that was set back to an earlier time, or a copy that was
// kept, starts without an error, and takes writes as if nothing had come after it. Facts in, decision out.

import type { RepositoryFacts } from '../backup/repository-report.ts';
import { ownWal } from '../backup/stored-wal.ts';
import { currentArchive, ownTimeline, timelineOf } from '../backup/timeline.ts';
import { hostAndPort } from '../model/address.ts';
import type { LedCluster } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { defaultSegmentBytes, parseLsn, startOfWal } from '../model/lsn.ts';
import { isSameTimeline, type Lineage } from '../model/timeline-history.ts';
import { startByHand } from '../postgres/leader.ts';
import { archiveEnd } from '../restore/newest-point.ts';

interface StoppedData extends Lineage {
  readonly systemIdentifier: string;
  /** Where its WAL ends. */
  readonly lsn: string;
}

/** What a repository has that came after the data, in a sentence; undefined when nothing did, or nobody can say. */
export function laterInArchive(
  { info, wal, histories }: Pick<RepositoryFacts, 'info' | 'wal' | 'histories'>,
  data: StoppedData,
): string | undefined {
  if (data.systemIdentifier !== info.databases.at(-1)?.systemIdentifier) return undefined;
  const { timeline } = ownTimeline(wal, currentArchive(info), histories, info.backups.at(-1));
  if (timeline !== undefined && timeline > data.timeline)
    return `the repository goes on with timeline ${timeline}${leftAt(histories.get(timeline) ?? [])}`;
  const stored = { timeline: data.timeline, ancestors: histories.get(data.timeline) ?? [] };
  if (!isSameTimeline(stored, data))
    return `timeline ${data.timeline} of the repository is another one${leftAt(stored.ancestors)}`;
  const end = archiveEnd(info, wal, data);
  return end && parseLsn(end.atLeast)! > parseLsn(data.lsn)!
    ? `the repository has WAL up to ${end.lsn} of that timeline`
    : undefined;
}

/** The file of the repository in which the data's WAL ends, and what it must be: a whole file is sent, and never written again. */
export function archivedEnd(
  { info, wal }: Pick<RepositoryFacts, 'info' | 'wal'>,
  data: StoppedData,
): { readonly name: string; readonly sha1: string } | undefined {
  const end = parseLsn(data.lsn)!;
  const found = ownWal(info, wal, data).find(({ name }) => {
    const start = startOfWal(name)!;
    return timelineOf(name) === data.timeline && start <= end && end < start + BigInt(defaultSegmentBytes);
  });
  const [name, sha1] = /^([0-9A-F]{24})-([0-9a-f]{40})/.exec(found?.name ?? '')?.slice(1) ?? [];
  return name === undefined || sha1 === undefined ? undefined : { name, sha1 };
}

function leftAt(ancestors: Lineage['ancestors']): string {
  const parent = ancestors.at(-1);
  return parent ? `, which left timeline ${parent.timeline} at ${parent.endLsn}` : '';
}

/** Refuses to start it: what came after it would be lost, and what it writes would be in its place. */
export function olderCopy(
  cluster: LedCluster,
  { timeline, lsn }: Pick<StoppedData, 'timeline' | 'lsn'>,
  { later, ways }: { readonly later: string; readonly ways: readonly string[] },
): RefusedError {
  const { primary } = cluster;
  return new RefusedError({
    what: `the data on ${primary.name}, the primary, is older than what is known of it`,
    why: [
      `${primary.name} (${hostAndPort(primary)}) is stopped: timeline ${timeline}, up to ${lsn}; ${later}.`,
      `It may be an older copy, or its disk was set back: a start of ${primary.name} would go on without what came after.`,
    ].join('\n'),
    next: [
      'if the right data is in another place, or on another disk, bring it back, and run the same command again',
      ...ways,
      `only if ${primary.name} shall go on without what came after, ${startByHand(cluster, primary)}`,
      'nothing was changed',
    ],
  });
}
