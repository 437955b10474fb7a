// Asked before a restore in place clears replicas' data away: what they have that nothing else has.

import type { BackupSet } from '../backup/backup-info.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import type { ReadableHost } from '../host/host.ts';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { parseLsn } from '../model/lsn.ts';
import { dataEnd, isKnown } from '../postgres/data-end-query.ts';
import { lossByGap } from './loss.ts';
import { RefusedError } from '../model/errors.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import { lacking } from '../server/unusable-data.ts';
import { furthest, type Point } from '../postgres/only-there.ts';
import {
  refuseAhead,
  refuseForeign,
  unknownNotes,
  unknownPrimaryNotes,
  type ReplicaData,
} from './replica-data.ts';
import { stagingState } from './restore-query.ts';
import type { RestoreFacts, RestoreRequest } from './restore.ts';

interface Restoring {
  readonly cluster: LedCluster;
  readonly facts: RestoreFacts;
  readonly start: BackupSet;
  readonly request: RestoreRequest;
}

/**
 * Before anything is made: throws RefusedError when a replica has what the restore to the newest point will not bring
 * back, holds the data of another cluster, or has none that can be set aside. Answers lines about what cannot be looked at; it is kept.
 */
export async function refuseLoss(
  { cluster, facts, start, request }: Restoring,
  place: ReadableHost,
  login: LoginOptions,
): Promise<readonly string[]> {
  const { lineage, archive } = facts;
  const gap = lossByGap(start, facts);
  const archived = { ...lineage, lsn: gap?.reached ?? archive?.lsn ?? start.stopLsn ?? '0/0' };
  const replicas = await readReplicaData(cluster, login, archived);
  // Asked after those that follow it, a primary is never behind them.
  const data = await place.ask(dataEnd(instanceOf(cluster, cluster.primary)));
  const own = isKnown(data) ? data.systemIdentifier : facts.info?.databases.at(-1)?.systemIdentifier;
  refuseForeign(cluster, replicas, own);
  await refuseVersionless(cluster, login);
  const notes = [...unknownPrimaryNotes(cluster.primary, data), ...unknownNotes(replicas)];
  if (request.target.type !== 'default') return notes;
  const points = gap === undefined && isKnown(data) ? [archived, data] : [archived];
  const reached = furthest(points.filter(({ timeline }) => timeline === lineage.timeline));
  if (!isAgreed(request, reached)) refuseAhead(cluster, replicas, { reached, points });
  return notes;
}

/** The same once recovery has ended, at a position that may be an earlier one. */
export async function refuseReplicasAhead(
  { cluster, facts, request }: Restoring,
  place: ReadableHost,
  login: LoginOptions,
): Promise<void> {
  if (request.target.type !== 'default' || cluster.replicas.length === 0) return;
  const staging = await place.ask(stagingState(instanceOf(cluster, cluster.primary)));
  const lsn = staging?.hasData === true ? staging.recovered?.lsn : undefined;
  if (lsn == null) return;
  const reached = { ...facts.lineage, lsn };
  if (isAgreed(request, reached)) return;
  refuseAhead(cluster, await readReplicaData(cluster, login, reached), { reached, points: [reached] });
}

/** Data without its version could be neither kept nor removed, and that is seen before the primary is stopped. */
async function refuseVersionless(cluster: LedCluster, login: LoginOptions): Promise<void> {
  const asked = await askMachines(cluster, cluster.replicas, login, (host, node) =>
    host.ask(hostFacts(instanceOf(cluster, node))),
  );
  const node = cluster.replicas.find((_, index) => {
    const data = asked[index]?.answer?.data;
    return data?.state === 'cluster' && data.lacks === 'PG_VERSION';
  });
  if (node === undefined) return;
  const { what, next } = lacking('PG_VERSION', {
    instance: instanceOf(cluster, node),
    node: node.name,
    role: 'replica',
  });
  throw new RefusedError({ what, next: [...[next].flat(), 'nothing was changed'] });
}

const isAgreed = ({ acceptedLoss }: RestoreRequest, { lsn }: Point): boolean =>
  acceptedLoss !== undefined && parseLsn(acceptedLoss)! <= parseLsn(lsn)!;

/** How far every replica goes, from a position on; a host that cannot be asked hides no other. */
async function readReplicaData(
  cluster: LedCluster,
  login: LoginOptions,
  after: Point,
): Promise<readonly ReplicaData[]> {
  const asked = await askMachines(cluster, cluster.replicas, login, (host, node) =>
    host.ask(dataEnd(instanceOf(cluster, node), after)),
  );
  return asked.map(({ answer, problem }, index) => ({
    node: cluster.replicas[index]!,
    data: problem === undefined ? answer : { problem },
  }));
}
