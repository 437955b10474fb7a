// What keeps a replica from taking over from the primary: a table of rules. Facts in, nothing is asked here.

import type { Cluster, Node } from '../model/cluster.ts';
import { parseLsn } from '../model/lsn.ts';
import { formatBytes } from '../model/units.ts';
import type { ArchiverFacts } from '../postgres/archiver.ts';
import { standbyParameters } from '../postgres/standby-parameters.ts';
import { isListed, neededConfirmations } from '../postgres/synchronous.ts';
import type { Following, Leading } from './switchover-query.ts';

/** The node that is to give way. */
export interface Giving {
  readonly node: Pick<Node, 'name'>;
  readonly facts: Leading;
  /** Undefined where nothing is archived. */
  readonly archiver: ArchiverFacts | undefined;
  /** What Patroni keeps of who must have a commit; undefined without Patroni. */
  readonly patroni?: Pick<Cluster, 'synchronous'> | undefined;
}

/** A node that may take over; without facts, why it says nothing. */
export interface Candidate {
  readonly node: Pick<Node, 'name' | 'port'>;
  readonly facts: Following | undefined;
  readonly problem?: string | undefined;
}

/** Further behind than this, clients would wait too long for the rest. */
const mostBehindBytes = 16 * 1024 ** 2;

export interface Obstacle {
  readonly text: string;
  readonly next?: string;
}

interface Ready {
  readonly name: string;
  readonly port: number;
  readonly facts: Following;
}

interface OwnRule {
  readonly reason: string;
  readonly find: (candidate: Ready, others: readonly string[]) => Obstacle | undefined;
}

interface Rule {
  readonly reason: string;
  readonly find: (candidate: Ready, giving: Giving) => Obstacle | undefined;
}

/** What of the candidate itself keeps it from leading, whether the primary lives or not. Every one that applies is told. */
const ownRules: readonly OwnRule[] = [
  {
    reason: 'a node that takes writes, or is not in recovery, follows nobody',
    find: ({ name, facts }) => (facts.isInRecovery ? undefined : { text: `${name} is no replica` }),
  },
  {
    reason: 'a replica whose replay is paused does not end recovery',
    find: ({ name, port, facts }) =>
      facts.isPaused
        ? {
            text: `replay is paused on ${name}`,
            next: `let it go on, on ${name}: runuser -u postgres -- psql -p ${port} -c 'select pg_wal_replay_resume()'`,
          }
        : undefined,
  },
  {
    reason: 'every other node needs a connection and a slot on the new primary',
    find({ name, facts }, others) {
      const { max_wal_senders: senders = 0, max_replication_slots: slots = 0 } = facts.limits;
      const isEnough = senders >= others.length && slots >= facts.slots.length + others.length;
      return isEnough
        ? undefined
        : {
            text: `${name} has max_wal_senders = ${senders} and max_replication_slots = ${slots}, with ${facts.slots.length} slots in use; ${others.length} nodes would follow it`,
          };
    },
  },
];

/** What of both of them does, while the primary lives. */
const rules: readonly Rule[] = [
  {
    reason: 'what a replica does not receive is lost with a switchover',
    find: ({ name }, { node, facts }) =>
      facts.streaming.includes(name)
        ? undefined
        : { text: `${name} does not stream from ${node.name}`, next: 'see why: dbctl probe' },
  },
  {
    reason: 'a replica on another timeline has another history',
    find: ({ name, facts }, { node, facts: leading }) =>
      facts.timeline === leading.timeline
        ? undefined
        : {
            text: `${name} is on timeline ${facts.timeline}, and ${node.name} on timeline ${leading.timeline}`,
          },
  },
  {
    reason: 'a replica that is late on purpose would replay its delay first',
    find: ({ name, facts }) =>
      facts.delayMs > 0
        ? { text: `${name} replays ${facts.delayMs} ms late (recovery_min_apply_delay)` }
        : undefined,
  },
  {
    reason: 'Patroni lets only a replica lead that has every commit that was acknowledged',
    find({ name }, { facts: { confirming }, patroni }) {
      if (patroni?.synchronous === undefined || confirming.includes(name)) return undefined;
      return {
        text: `${name} does not confirm commits (CLUSTER_SYNCHRONOUS=${patroni.synchronous}): ${confirming[0] ?? 'no replica'} does`,
        next: confirming[0]
          ? `let one that does lead: dbctl switchover --candidate ${confirming[0]}`
          : 'see which replica does not stream, and why: dbctl probe',
      };
    },
  },
  {
    reason: 'clients wait while the rest is replayed',
    find({ name, facts }, { node, facts: leading }) {
      const bytes = bytesBehind(facts, leading);
      return bytes > mostBehindBytes
        ? {
            text: `${name} is ${formatBytes(bytes)} (${bytes} bytes) of WAL behind ${node.name}; at most ${formatBytes(mostBehindBytes)} are waited for`,
            next: 'wait until it has caught up: dbctl status',
          }
        : undefined;
    },
  },
  {
    reason:
      'a replica with less than its primary stops replaying, so the old primary must have as much as the new one',
    find({ name, facts }, { node, facts: leading }) {
      const less = standbyParameters.filter(
        (parameter) => (leading.limits[parameter] ?? 0) < (facts.limits[parameter] ?? 0),
      );
      return less.length > 0
        ? {
            text: less
              .map(
                (one) =>
                  `${node.name} has ${one} = ${leading.limits[one]}, and would follow ${name} with ${facts.limits[one]}`,
              )
              .join('; '),
            next: 'let both have the same: dbctl restart --pending',
          }
        : undefined;
    },
  },
];

/** Commits would wait for replicas that are not there. */
export function waitsForNobody(
  name: string,
  synchronousNames: string,
  others: readonly string[],
): Obstacle | undefined {
  const needed = neededConfirmations({ names: synchronousNames, commit: 'on' });
  const listed = others.filter((other) => isListed(synchronousNames, other));
  return listed.length < needed
    ? {
        text: `synchronous_standby_names is ${synchronousNames}: with ${name} as the primary, commits would wait for ever`,
        next: 'name the other nodes in POSTGRES_CONF_synchronous_standby_names as well, or write CLUSTER_SYNCHRONOUS=on instead, then: dbctl up',
      }
    : undefined;
}

/** How many bytes of WAL a replica has not replayed. */
export const bytesBehind = ({ replayLsn }: Following, { flushLsn }: Leading): number =>
  Math.max(0, Number(parseLsn(flushLsn ?? '0/0')! - parseLsn(replayLsn ?? '0/0')!));

/** What stands in the way of one candidate, when the primary gives way. */
export function obstaclesOf(
  candidate: Candidate,
  giving: Giving,
  nodes: readonly Pick<Node, 'name'>[],
): readonly Obstacle[] {
  const { node, facts } = candidate;
  const own = ownObstaclesOf(candidate, nodes);
  if (facts === undefined) return own;
  // Patroni names others when another one leads.
  const waits = giving.patroni
    ? undefined
    : waitsForNobody(node.name, giving.facts.synchronousNames, othersThan(node, nodes));
  return [...own, ...rules.flatMap(({ find }) => find({ ...node, facts }, giving) ?? []), waits ?? []].flat();
}

/** The same of the candidate alone, when there is no primary any more. */
export function ownObstaclesOf(
  { node, facts, problem }: Candidate,
  nodes: readonly Pick<Node, 'name'>[],
): readonly Obstacle[] {
  if (facts === undefined)
    return [{ text: `${node.name} ${problem ?? 'does not run'}`, next: 'see every node: dbctl status' }];
  return ownRules.flatMap(({ find }) => find({ ...node, facts }, othersThan(node, nodes)) ?? []);
}

const othersThan = ({ name: own }: Pick<Node, 'name'>, nodes: readonly Pick<Node, 'name'>[]) =>
  nodes.map(({ name }) => name).filter((name) => name !== own);
