import type { Backup } from '../model/backup.ts';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { parseLsn, startOfWal } from '../model/lsn.ts';
import { damageOf, readableWal } from '../backup/damage.ts';
import { readDrills } from '../backup/drill/drills-query.ts';
import { localHistories } from '../backup/pgbackrest-query.ts';
import { repositoryFacts } from '../backup/repository-facts.ts';
import { hasItsWal, ownWal, walSinceFirst } from '../backup/stored-wal.ts';
import type { Lineage } from '../model/timeline-history.ts';
import { findGaps, type WalGap } from '../backup/wal-gaps.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import type { ReadableHost } from '../host/host.ts';
import { archiverFacts } from '../postgres/archiver.ts';
import { nodeSight } from '../postgres/topology-query.ts';
import {
  archiveEnd,
  newestPoint,
  presentFiles,
  whoseTimeline,
  withNewestWal,
  type Present,
} from './newest-point.ts';
import { presentWal } from './restore-query.ts';
import type { RestoreFacts, RestoreRequest } from './restore.ts';

export interface RestoreHosts {
  readonly control: ReadableHost;
  /** Undefined when it cannot be reached. */
  readonly primary: ReadableHost | undefined;
}

/**
 * What there is to restore from. A primary that runs gives up to its newest WAL; without it, its data and the repository
 * decide. In place, what only the old data has is read too.
 */
export async function readRestoreFacts(
  cluster: LedCluster,
  backup: Backup,
  { control, primary }: RestoreHosts,
  request: RestoreRequest,
  { inPlace, login }: { readonly inPlace: boolean; readonly login: LoginOptions },
): Promise<RestoreFacts> {
  const instance = instanceOf(cluster, cluster.primary);
  const [{ info, wal: stored, histories: archived, note }, present, rehearsed] = await Promise.all([
    repositoryFacts(cluster, backup, control),
    primary && readPresent(cluster, instance, primary),
    // Drills run on whatever host has room; one that is down tells nothing.
    askMachines(cluster, cluster.nodes, login, (host) => host.ask(readDrills(cluster))),
  ]);
  const wal = readableWal(stored, note);
  const histories = new Map([...(present?.histories ?? []), ...archived]);
  const timeline = request.timeline ?? whoseTimeline(info, wal, histories, present);
  const lineage: Lineage = { timeline, ancestors: histories.get(timeline) ?? [] };
  const server = present?.archiver?.isInRecovery === false ? present.archiver : undefined;
  const archive = archiveEnd(info, wal, lineage);
  const end = newestPoint(cluster.primary, { present, lineage, archive });
  const own = walSinceFirst(info, ownWal(info, wal, lineage));
  const held = present ? presentFiles(info, present, end) : [];
  // Beside, only what is still on its way counts: it is sent, or waited for, before anything is restored.
  const onItsWay = server?.lastArchivedWal ?? undefined;
  const local = inPlace ? held : held.filter(({ name }) => onItsWay !== undefined && name > onItsWay);
  const all = walSinceFirst(info, ownWal(info, [...wal, ...local], lineage));
  const names = new Set(own.map(({ name }) => name.slice(0, 24)));
  // A backup without the WAL that makes it whole is none.
  const backups = info.backups.filter((one) => one.repository !== 1 || hasItsWal(one, [...wal, ...local]));
  return {
    info: withNewestWal({ ...info, backups }, all, server),
    lineage,
    walUntil: server?.now,
    gaps: findGaps(all),
    end,
    archive,
    damage: damageOf(
      info,
      note,
      rehearsed.flatMap(({ answer }) => answer ?? []),
    ),
    onlyInOldData: all
      .map(({ name }) => name)
      .filter((name) => !names.has(name.slice(0, 24)) && findGaps(own).some((gap) => isIn(gap, name))),
  };
}

async function readPresent(cluster: LedCluster, instance: Instance, host: ReadableHost): Promise<Present> {
  const [archiver, sight, wal, histories] = await Promise.all([
    host.ask(archiverFacts(instance)),
    host.ask(nodeSight(cluster, cluster.primary)),
    host.ask(presentWal(instance)),
    host.ask(localHistories(instance)),
  ]);
  return { archiver, sight, wal, histories };
}

const isIn = ({ fromLsn, toLsn }: WalGap, name: string): boolean => {
  const start = startOfWal(name)!;
  return start >= parseLsn(fromLsn)! && start < parseLsn(toLsn)!;
};
