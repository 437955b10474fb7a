// A broken replica gets new data: what must hold before anything is touched, and how room is made.

import { hostProblems } from '../server/host-check.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { reinitWay, type ReinitRequest, type ReinitWay } from './reinit.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import { RefusedError } from '../model/errors.ts';
import { noAnswer } from '../host/no-answer.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { restoreConfiguration, returnServer } from '../patroni/leave-patroni-step.ts';
import { isKept } from '../patroni/patroni.ts';
import { stopMember } from '../patroni/stop-member-step.ts';
import { hasKeptData as askKeptData, replicaData, type ReplicaData } from './clone-query.ts';
import { rememberedData } from '../server/data-note-step.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import { lostData, refuseUnmounted, type LostData } from '../server/lost-data.ts';
import { refuseLeadingNowhere } from '../server/unmounted-disk-facts.ts';
import { ifRunning } from '../postgres/psql.ts';
import { isInRecovery } from '../postgres/replication.ts';
import { exists } from '../system/paths.ts';
import { keepDataAside, markRestoring, removeCopy } from './make-room-step.ts';
import { stopPostgres } from '../server/stop-postgres-step.ts';
import { neededBytes, refuseUncopied } from './replica-checks-plan.ts';
import type { Source } from '../server/source-facts.ts';
import { refusal, tablespaceProblems } from '../server/tablespace-step.ts';
import { ownerOf } from '../server/owner-facts.ts';

/** Throws RefusedError for the node that leads. */
export function refusePrimary({ primary, replicas, patroni }: LedCluster, node: Node): void {
  if (node.name !== primary.name) return;
  const [candidate] = replicas;
  throw new RefusedError({
    what: `${node.name} is the primary: it holds the only writable copy of the data`,
    next: [
      patroni && candidate
        ? `let another node lead first: dbctl switchover --candidate ${candidate.name}`
        : 'to restore its data from a backup: dbctl backup restore',
    ],
  });
}

interface ReinitPlace {
  readonly host: ReadableHost;
  readonly control: ReadableHost;
  readonly source: Source;
}

interface ReinitChoice {
  readonly way: ReinitWay;
  /** What is known of data that is not there any more. */
  readonly lost: LostData | undefined;
  /** What is in the data directory now. */
  readonly data: ReplicaData;
}

/** How a replica is made anew. Throws RefusedError when it is no replica, not ours, or when there is no room. */
export async function chooseReinit(
  cluster: Cluster,
  node: Node,
  { host, control, source }: ReinitPlace,
  { lostDisk, ...request }: ReinitRequest & { readonly lostDisk: boolean },
): Promise<ReinitChoice> {
  const instance = instanceOf(cluster, node);
  const [facts, remembered, data, hasKeptData, wasStarted, inRecovery] = await Promise.all([
    host.ask(hostFacts(instance)),
    rememberedData(cluster, node, control),
    host.ask(replicaData(instance)),
    host.ask(askKeptData(instance)),
    host.ask(exists(`${instance.dataDirectory}/postmaster.opts`)),
    // A server that is broken may answer nothing; standby.signal tells what it is then.
    host.ask(ifRunning(instance, isInRecovery(instance))).catch(noAnswer),
  ]);
  if (inRecovery === false) throw isWritable(node);
  const wanted = { instance, owner: ownerOf(cluster, node), role: 'replaced' as const };
  const problems = hostProblems(facts, { ...wanted, neededBytes: 0 });
  if (problems.length > 0) {
    throw new RefusedError({
      what: `${node.name} cannot be reinitialised`,
      why: problems.map(({ what }) => what).join('\n'),
      next: problems.flatMap(({ next }) => next),
    });
  }
  const sight = { node, instance, owner: wanted.owner, facts, remembered };
  refuseUnmounted(sight, { hasLostDisk: lostDisk, command: `dbctl reinit ${node.name}` });
  // Directories of tablespaces are made for a replica that lost them.
  await refuseLeadingNowhere(node, host, facts.layout && { ...facts.layout, stale: [] });
  const way = reinitWay({ data, hasKeptData, wasStarted, isRunning: inRecovery !== undefined }, request);
  if (way === 'aside' && facts.diskFreeBytes < neededBytes(source)) throw noRoom(node, instance);
  const isMade = way === 'aside' || way === 'in place';
  const found = await tablespaceProblems(host, {
    ...{
      instance,
      isOwn: facts.owner === wanted.owner,
      tablespaces:
        way === 'aside' ? source.tablespaces : source.tablespaces.map((one) => ({ ...one, bytes: 0 })),
    },
    data: isMade ? { layout: facts.layout, bytes: way === 'aside' ? neededBytes(source) : 0 } : undefined,
  });
  if (isMade) refuseUncopied(source);
  if (found.length > 0) throw refusal(host, found);
  return { way, lost: lostData(sight), data };
}

/**
 * Stops the server, and makes room for the new data as was chosen. Patroni has no part in it until the new data streams:
 * the node is no member then, and becomes one as a new replica does.
 */
export function makeRoomPlan(
  cluster: Cluster,
  node: Node,
  host: Host,
  { way, data }: Pick<ReinitChoice, 'way' | 'data'>,
): readonly Stage[] {
  const instance = instanceOf(cluster, node);
  const room = { aside: keepDataAside, again: removeCopy, 'in place': markRestoring };
  const steps = way === 'go on' ? [] : [stopPostgres(instance), room[way](instance)];
  const all =
    isKept(cluster) && !(way === 'go on' && data === 'whole')
      ? // What keeps systemd from the data goes when there is none that it could start.
        [stopMember(instance), ...steps, returnServer(instance), restoreConfiguration(instance)]
      : steps;
  return all.length === 0 ? [] : [onlyOn('Make room for the new data', host, () => all)];
}

const isWritable = ({ name }: Node): RefusedError =>
  new RefusedError({
    what: `${name} is not in recovery: it accepts writes`,
    why: 'It was promoted, or has never been a replica. Cloning it again would lose what was written to it.',
    next: [
      'see which node is the primary: dbctl status',
      `when nobody needs what ${name} wrote, stop PostgreSQL there, and run the same command again`,
    ],
  });

const noRoom = ({ name }: Node, instance: Instance): RefusedError =>
  new RefusedError({
    what: `there is no room on ${name} for a second copy of ${instance.dataDirectory}`,
    next: [
      `with backups, restore it in place: dbctl reinit ${name} --delta`,
      `or without the old data: ${controlOf(instance).byHand.stop} && rm -r ${instance.dataDirectory}, then: dbctl add-replica ${name}`,
    ],
  });
