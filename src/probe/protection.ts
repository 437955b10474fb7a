// Is what the cluster writes kept anywhere else than on its own disks?

import { judgeArchiving, type Archiving } from '../postgres/archiving.ts';
import type { Cluster } from '../model/cluster.ts';
import type { NodeFacts } from './facts.ts';
import { finding, type Finding } from '../model/finding.ts';

/** A part of the JSON of `dbctl probe -o json` (docs/probe.md): fields may be added, never renamed. */
export interface Protection {
  /** Null when it could not be seen. */
  readonly archiving: Archiving | null;
  /** ISO 8601, UTC, on the primary's clock. */
  readonly lastArchivedAt: string | null;
  readonly lastArchivedWal: string | null;
  /** WAL files that wait to be archived. */
  readonly waitingFiles: number | null;
  /** For people: "WAL archived 12 s ago". */
  readonly message: string;
}

const primaryOf = (all: readonly NodeFacts[]): NodeFacts | undefined =>
  all.find(({ server }) => server && !server.inRecovery);

/** Nothing when no backups are configured. A missing primary is told by others. */
export function judgeProtection(
  { backup }: Pick<Cluster, 'backup'>,
  all: readonly NodeFacts[],
): readonly Finding[] {
  const primary = primaryOf(all);
  if (!backup || !primary) return [];
  const about = { check: 'archiving' };
  if (!primary.archiver) return [finding(about, 'unknown', 'only the admin can see whether WAL is archived')];
  const { archiving, status, message } = judgeArchiving(primary.archiver);
  return [finding(about, status, message, archiving === 'alive' ? [] : adviceFor(archiving))];
}

const adviceFor = (archiving: Archiving): readonly string[] =>
  archiving === 'off'
    ? ['dbctl backup setup']
    : ['see which link fails and what to do: dbctl backup check', 'dbctl backup setup   (puts it right)'];

const nothingSeen = { archiving: null, lastArchivedAt: null, lastArchivedWal: null, waitingFiles: null };

export function protectionOf({ backup }: Pick<Cluster, 'backup'>, all: readonly NodeFacts[]): Protection {
  if (!backup) {
    return { ...nothingSeen, archiving: 'not configured', message: 'no backups are configured' };
  }
  const view = primaryOf(all)?.archiver;
  if (!view) return { ...nothingSeen, message: 'unknown: the primary could not be asked' };
  const { archiving, message } = judgeArchiving(view);
  return {
    archiving,
    lastArchivedAt: view.lastArchivedAt === null ? null : new Date(view.lastArchivedAt * 1000).toISOString(),
    lastArchivedWal: view.lastArchivedWal,
    waitingFiles: view.waitingFiles,
    message,
  };
}
