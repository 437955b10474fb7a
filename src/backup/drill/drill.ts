// A restore drill: what it found, where it runs, what it measured. The script on the hosts writes one DrillResult a line.

import * as v from 'valibot';
import type { Cluster, Node } from '../../model/cluster.ts';
import { RefusedError } from '../../model/errors.ts';
import { formatBytes } from '../../model/units.ts';
import { roomForCopy } from '../../server/needed-room.ts';

const seconds = v.nullable(v.number());

/** Times are seconds since 1970; null where it did not come to that. */
export const DrillResult = v.object({
  /** Tells one drill from all others: the unit's invocation. */
  id: v.string(),
  /** The node on whose host it ran. */
  node: v.string(),
  result: v.picklist(['passed', 'failed']),
  startedAt: v.number(),
  finishedAt: v.number(),
  /** The backup it started from; empty when none was found. */
  label: v.string(),
  target: v.object({ type: v.string(), value: v.string(), isRandom: v.boolean() }),
  seconds: v.object({ copy: seconds, replay: seconds, checks: seconds }),
  /** Of the copy on disk. */
  bytes: v.nullable(v.number()),
  /** The last transaction that the WAL held; null when it held none. */
  newestTransactionAt: seconds,
  /** The cluster's last one when the drill began, as the host's own server knew it. */
  lastCommitAt: seconds,
  checksums: v.picklist(['passed', 'failed', 'off', 'not checked']),
  /** `detail`: what was wrong. */
  checks: v.array(v.object({ name: v.string(), passed: v.boolean(), detail: v.string() })),
  tables: v.array(v.object({ database: v.string(), table: v.string(), rows: v.number() })),
  warnings: v.array(v.string()),
  /** Why it failed; empty when it passed. */
  error: v.string(),
});
export type DrillResult = v.InferOutput<typeof DrillResult>;

/** Seconds from the start until the restored copy answered; undefined when it never did. */
export const rtoSeconds = ({ seconds: { copy, replay } }: DrillResult): number | undefined =>
  copy === null || replay === null ? undefined : copy + replay;

/**
 * Seconds of the newest work that the copy lacks. Where the cluster's last commit is not known, it is as old as the
 * newest transaction was when the drill began: an idle cluster looks worse then than it is.
 */
export function rpoSeconds({ newestTransactionAt, lastCommitAt, startedAt, target }: DrillResult) {
  if (newestTransactionAt === null || target.type !== 'default') return undefined;
  return Math.max(0, (lastCommitAt ?? startedAt) - newestTransactionAt);
}

/** Where everything of a drill is on a data host. */
export function drillFiles({ name }: Pick<Cluster, 'name'>) {
  const state = `/var/lib/dbctl/${name}`;
  const scheduledUnit = `dbctl-scheduled-drill-${name}`;
  return {
    program: '/usr/local/lib/dbctl/drill.sh',
    /** What the program runs below. */
    apart: '/usr/local/lib/dbctl/apart.sh',
    config: `/etc/dbctl/${name}/drill.conf`,
    assertions: `/etc/dbctl/${name}/drill.json`,
    state,
    history: `${state}/drills.jsonl`,
    progress: `${state}/drill.progress`,
    /** The transient unit of `dbctl backup drill`, without ".service". */
    unit: `dbctl-drill-${name}`,
    /** The timer and its service, without ".timer" and ".service". */
    scheduledUnit,
    scheduledFile: `/etc/systemd/system/${scheduledUnit}.service`,
  };
}

/** The directory of the copy, beside the data directory. */
export const drillDirectory = ({ name, postgres }: Cluster): string =>
  `/var/lib/postgresql/${postgres.version}/dbctl-drill-${name}`;

/** The node whose host rehearses on schedule: the last replica, so that the primary keeps its disk to itself. */
export const scheduledDrillNode = (cluster: Cluster): Node => cluster.nodes.at(-1)!;

export interface DrillPlace {
  readonly node: Node;
  readonly freeBytes: number;
}

/** The last replica that has room for a copy; the primary when no replica has. */
export function chooseDrillNode(places: readonly DrillPlace[], databaseBytes: number): Node {
  const neededBytes = roomForCopy(databaseBytes);
  const fitting = places.findLast(({ freeBytes }) => freeBytes >= neededBytes);
  if (fitting) return fitting.node;
  throw new RefusedError({
    what: 'no data host has room for a copy of the database',
    why: [
      `It takes ${formatBytes(neededBytes)}.`,
      ...places.map(({ node, freeBytes }) => `${node.name}: ${formatBytes(freeBytes)} free`),
    ].join('\n'),
    next: ['free space on one of them: a drill needs it only while it runs'],
  });
}
