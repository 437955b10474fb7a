// Asked before a primary that is stopped is started: what came after its data.

import { repositoryFacts } from '../backup/repository-facts.ts';
import type { RepositoryFacts } from '../backup/repository-report.ts';
import { query, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { Backup } from '../model/backup.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { DbctlError, RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import type { Topology } from '../model/topology.ts';
import { compareData, dataPlaces } from '../postgres/compare-data.ts';
import { dataEnd, isKnown, type DataEnd } from '../postgres/data-end-query.ts';
import { describeOnlyThere } from '../postgres/only-there.ts';
import { promoteAdvice } from '../restore/replica-data.ts';
import { archivedEnd, laterInArchive, olderCopy } from './older-copy.ts';

interface Asked {
  readonly cluster: LedCluster;
  readonly hosts: Pick<HostSet, 'get'>;
  /** The primary's data. */
  readonly end: DataEnd;
}

/** Throws RefusedError when something came after it. Answers a line about what cannot be asked. */
export async function refuseOlderCopy(
  cluster: LedCluster,
  { nodes }: Pick<Topology, 'nodes'>,
  hosts: Pick<HostSet, 'get'>,
): Promise<readonly string[]> {
  const { backup, primary } = cluster;
  const { state, data } = nodes.find(({ node }) => node.name === primary.name) ?? {};
  if (state !== 'stopped' || data === undefined || data.isStandby) return [];
  const end = await hosts.get(primary.name).ask(dataEnd(instanceOf(cluster, primary)));
  // Where nothing can be read behind its last checkpoint, nobody can say how far it goes.
  if (!isKnown(end) || end.lsn === end.begin) return [];
  const asked = { cluster, hosts, end };
  for (const sight of nodes) if (sight.data?.isStandby) await refuseBehind(asked, sight.node);
  const repository = backup && (await readIfThere(asked, backup));
  if (typeof repository === 'string')
    return [`whether the repository has more than ${primary.name} is not known: ${repository}`];
  const later = repository && (laterInArchive(repository, end) ?? (await otherEnd(asked, repository)));
  if (later === undefined) return [];
  const ways = ['to bring back what the repository has: dbctl backup restore --in-place'];
  throw olderCopy(cluster, end, { later, ways });
}

/** A replica never has more than the primary that it follows. */
async function refuseBehind({ cluster, hosts, end }: Asked, node: Node): Promise<void> {
  const placeOf = dataPlaces(cluster, hosts);
  const { data, only } = await compareData(placeOf(node), placeOf(cluster.primary));
  if (only === undefined || !isKnown(data) || data.systemIdentifier !== end.systemIdentifier) return;
  const ways = promoteAdvice(cluster, node, cluster.primary.name);
  throw olderCopy(cluster, end, { later: describeOnlyThere(node.name, data, only), ways });
}

/** Undefined where no backups were set up yet; why it cannot be asked, where it is out of reach. */
async function readIfThere({ cluster, hosts }: Asked, backup: Backup) {
  try {
    return await repositoryFacts(cluster, backup, hosts.get(cluster.control.name));
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    if (error instanceof DbctlError) return error.message;
    throw error;
  }
}

/** The data ends in a file that went on in the repository. */
async function otherEnd(
  { cluster, hosts, end }: Asked,
  repository: Pick<RepositoryFacts, 'info' | 'wal'>,
): Promise<string | undefined> {
  const archived = archivedEnd(repository, end);
  if (archived === undefined) return undefined;
  const { dataDirectory } = instanceOf(cluster, cluster.primary);
  const present = await hosts
    .get(cluster.primary.name)
    .ask(sha1Of(`${dataDirectory}/pg_wal/${archived.name}`));
  return present === '' || present === archived.sha1
    ? undefined
    : `its WAL file ${archived.name} is not the one in the repository, which was sent when it was whole`;
}

/** Nothing where the file is not there. */
const sha1Of = (path: string): Query<string> =>
  query(sh('sha1sum -- "$1" 2>/dev/null | cut -d " " -f 1', path), (stdout) => stdout.trim());
