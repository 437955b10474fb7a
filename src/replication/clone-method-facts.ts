// From where each new replica is made: facts from the hosts, then a decision.

import type { Backup } from '../model/backup.ts';
import { backupForClone, chooseCloneMethod, type CloneBackup, type CloneMethod } from './clone-method.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { backupsNotSetUp } from '../backup/not-set-up.ts';
import type { ReinitWay } from './reinit.ts';
import { RefusedError } from '../model/errors.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { archiverFacts, type ArchiverFacts } from '../postgres/archiver.ts';
import { replicaData, type ReplicaData } from './clone-query.ts';
import { coresOf } from '../server/host-facts-query.ts';
import type { Source } from '../server/source-facts.ts';
import { damageNoteOf, damageOf, parseDamageNote } from '../backup/damage.ts';
import { backupInfo, backupTablespaces, controlPlace } from '../backup/pgbackrest-query.ts';

export type CloneFrom = 'auto' | 'primary' | 'backup';

/** By the name of the node. Nodes that have their data already have none. */
export type CloneMethods = ReadonlyMap<string, CloneMethod>;

export interface CloneQuestion {
  readonly cluster: LedCluster;
  readonly nodes: readonly Node[];
  readonly hosts: HostSet;
  readonly source: Source;
  /** Undefined while backups are not set up. */
  readonly backup: Backup | undefined;
  readonly from: CloneFrom;
  /** How room is made for new data, whatever the nodes have now; undefined: they keep what they have. */
  readonly way?: ReinitWay;
}

/** Throws RefusedError when a backup is insisted on and there is none. Asks nothing that is not needed. */
export async function chooseCloneMethods(question: CloneQuestion): Promise<CloneMethods> {
  const { cluster, nodes, hosts, source, backup, way } = question;
  const mustRestore = question.from === 'backup' || way === 'in place';
  if (backup === undefined) {
    if (mustRestore) throw backupsNotSetUp(cluster, 'or clone from the primary: --from primary');
    return new Map();
  }
  const asked = await Promise.all(
    nodes.map(async (node) => ({
      node,
      data: await hosts.get(node.name).ask(replicaData(instanceOf(cluster, node))),
    })),
  );
  const without = asked.filter(({ data }) => isMadeAnew(data, way));
  if (without.length === 0) return new Map();
  const found = await newestBackup(question, backup);
  if (mustRestore && found === undefined) throw noBackup(cluster);
  const methods = without.map(async ({ node, data }) => {
    const cores = await hosts.get(node.name).ask(coresOf());
    const facts = { databaseBytes: source.databaseBytes, backup: found, cores };
    return [node.name, methodFor(question, data, facts)] as const;
  });
  return new Map(await Promise.all(methods));
}

const isMadeAnew = (data: ReplicaData, way: ReinitWay = 'go on'): boolean =>
  data !== 'whole' || way !== 'go on';

function methodFor(
  { from, way }: CloneQuestion,
  data: ReplicaData,
  facts: Parameters<typeof chooseCloneMethod>[0],
): CloneMethod {
  const { backup } = facts;
  if (backup && way === 'in place') return { from: 'backup', why: 'only files that differ', backup };
  if (backup && way !== 'aside' && data === 'restoring') {
    return { from: 'backup', why: 'an earlier run was interrupted', backup };
  }
  if (from === 'primary') return { from: 'primary', why: 'as requested' };
  if (from === 'backup' && backup) return { from: 'backup', why: 'as requested', backup };
  return chooseCloneMethod(facts);
}

/** The newest usable backup, when WAL reaches the repository: a replica needs all of it since then. */
async function newestBackup(
  { cluster, hosts, source, from, way }: CloneQuestion,
  backup: Backup,
): Promise<CloneBackup | undefined> {
  const control = hosts.get(cluster.control.name);
  const [known, noted, archiver] = await Promise.all([
    control.ask(backupInfo(controlPlace(cluster, backup))),
    control.readFile(damageNoteOf(cluster)),
    source.host.ask(archiverFacts(instanceOf(cluster, cluster.primary))),
  ]);
  if (known === undefined || source.flushLsn === null) return undefined;
  const damage = damageOf(known, parseDamageNote(noted?.content));
  const info = { ...known, backups: known.backups.filter(({ label }) => !damage.has(label)) };
  if (from === 'auto' && way !== 'in place' && archiver && isFailing(archiver)) return undefined;
  const { systemIdentifier, flushLsn } = source;
  const found = backupForClone(info, { systemIdentifier, flushLsn });
  if (found === undefined) return undefined;
  const place = controlPlace(cluster, backup);
  const tablespaces = await hosts.get(cluster.control.name).ask(backupTablespaces(place, found));
  return { ...found, stanza: backup.stanza, tablespaces };
}

const isFailing = ({ lastFailedAt, lastArchivedAt }: ArchiverFacts): boolean =>
  lastFailedAt !== null && lastFailedAt > (lastArchivedAt ?? 0);

const noBackup = ({ name }: LedCluster): RefusedError =>
  new RefusedError({
    what: `${name} has no backup to create a replica from`,
    next: ['make one: dbctl backup run --type full', 'or clone from the primary: --from primary'],
  });
