// What of a repository is the cluster's own: the timeline that it is on, and how far recovery goes on that.

import type { Lineage } from '../model/timeline-history.ts';
import type { BackupInfo } from './backup-info.ts';
import { hasItsWal, ownWal, walSinceFirst, type StoredWal } from './stored-wal.ts';
import { currentArchive, leadsTo, ownTimeline, timelineOf, type Histories } from './timeline.ts';
import { findGaps } from './wal-gaps.ts';

export interface OwnFacts {
  readonly info: BackupInfo;
  readonly wal: readonly StoredWal[];
  readonly histories: Histories;
  /** The timeline that the leader is on; undefined when nobody leads, or nobody looked. */
  readonly leaderTimeline: number | undefined;
}

/** The whole backups that lead to the end of the cluster's own timeline, and what is missing from its WAL. */
export function ownRecovery(facts: OwnFacts) {
  const { info, wal } = facts;
  const lineage = ownLineage(facts);
  const backups = info.backups.filter(
    (one) => leadsTo(one, lineage) && (one.repository !== 1 || hasItsWal(one, wal)),
  );
  return { backups, gaps: findGaps(walSinceFirst(info, ownWal(info, wal, lineage))) };
}

/** The cluster's own timeline with its ancestors: the leader's, or as the repository tells it. */
export function ownLineage({ info, wal, histories, leaderTimeline }: OwnFacts): Lineage {
  const newest = info.backups.at(-1);
  const begun = newest?.stopWal === undefined ? 1 : timelineOf(newest.stopWal);
  const timeline =
    leaderTimeline ?? ownTimeline(wal, currentArchive(info), histories, newest).timeline ?? begun;
  return { timeline, ancestors: histories.get(timeline) ?? [] };
}
