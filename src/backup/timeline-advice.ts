// What a person must decide about a timeline that the primary is not on.

import type { Cluster } from '../model/cluster.ts';

/** A port that no node uses. */
const copyPort = 5499;

/** Whose rows are right, no file says: a leader may have been started from an older copy of its data. */
export const timelineDecision = (
  { nodes }: Pick<Cluster, 'nodes'>,
  timeline: number,
  leader: string,
): readonly string[] => [
  `a person must decide whether what was written on it is needed; it is the cluster's own if ${leader} was started from an older copy of its data`,
  `look at it in a copy: dbctl backup restore --to=${nodes.at(-1)!.name}:${copyPort} --target-timeline ${timeline}`,
  `if it is needed, the cluster goes back to it: dbctl backup restore --in-place --target-timeline ${timeline}`,
];

/** With a backup on its own timeline, it is the leader that restores follow. */
export const onlyAfterBackup = (leader: string): string =>
  `only when nothing of it is needed, let ${leader} be backed up, and look again how it is removed: dbctl backup run --type full`;
