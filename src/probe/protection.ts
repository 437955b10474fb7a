// Is what the cluster writes kept anywhere else than on its own disks?

import {
  archivingReport,
  judgeArchiving,
  noBackupsConfigured,
  type Archiving,
  type ArchivingReport,
} from '../postgres/archiving.ts';
import type { Cluster } from '../model/cluster.ts';
import type { NodeFacts } from './facts.ts';
import { finding, type Finding } from '../model/finding.ts';

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
  if (!primary.archiver)
    return [finding(about, 'unknown', 'only the admin role can see whether WAL is archived')];
  const { archiving, status, message } = judgeArchiving(primary.archiver);
  return [finding(about, status, message, archiving === 'alive' ? [] : adviceFor(archiving))];
}

const adviceFor = (archiving: Archiving): readonly string[] =>
  archiving === 'off'
    ? ['dbctl backup setup']
    : ['see which link fails and what to do: dbctl backup check', 'dbctl backup setup   (repairs it)'];

export const protectionOf = (
  { backup }: Pick<Cluster, 'backup'>,
  all: readonly NodeFacts[],
): ArchivingReport => (backup ? archivingReport(primaryOf(all)?.archiver) : noBackupsConfigured);
