// Who leads, as the hosts say. Plain data: what was seen of each node, and what follows from it.

import { hostAndPort } from './address.ts';
import type { Node } from './cluster.ts';
import { isSameTimeline, lineageAt, type Ancestor } from './timeline-history.ts';

/** What was seen of one node. */
export interface NodeSight {
  readonly node: Node;
  /**
   * "primary": takes writes. "replica": in recovery. "stopped": data without a server that answers. "bare": no data.
   * "another": what is there is not this cluster's. "unreachable": its host, or its server, could not be asked.
   */
  readonly state: 'primary' | 'replica' | 'stopped' | 'bare' | 'another' | 'unreachable';
  readonly data?: NodeData | undefined;
  /** Why it could not be asked. */
  readonly problem?: string | undefined;
}

/** What is known of a node's data. */
export interface NodeData {
  readonly timeline: number;
  /** Those that its timeline grew from. */
  readonly ancestors: readonly Ancestor[];
  /** Whether it is a replica's: in recovery, or with a standby.signal, or in recovery when it ended. */
  readonly isStandby: boolean;
  /** What a stopped server was when it ended, whatever its signal files say. */
  readonly was?: 'primary' | 'replica' | undefined;
  /** A 64-bit number, as text. */
  readonly systemIdentifier: string;
  /** How far it goes: written, received, or in its control file. */
  readonly lsn: string | null;
  /** When it began to take writes on this timeline, ISO 8601; null where nobody knows. */
  readonly since: string | null;
  /** The host that it streams from, or is to. */
  readonly upstream: string | null;
  readonly isStreaming: boolean;
}

export interface Topology {
  /** The one node that takes writes; undefined when there is none, or more than one. */
  readonly leader: NodeSight | undefined;
  /** The nodes that are in recovery. */
  readonly followers: readonly NodeSight[];
  /** Every node, in the order of the file. */
  readonly nodes: readonly NodeSight[];
  /** ISO 8601. */
  readonly observedAt: string;
}

export function topologyOf(nodes: readonly NodeSight[], observedAt: string): Topology {
  const leaders = nodes.filter(isPrimary);
  return {
    leader: leaders.length === 1 ? leaders[0] : undefined,
    followers: nodes.filter(({ state }) => state === 'replica'),
    nodes,
    observedAt,
  };
}

/** What is known of the nodes that take writes, where somebody else has looked already. */
export const primariesAmong = (
  { nodes }: { readonly nodes: readonly Node[] },
  takesWrites: (node: Node) => boolean,
): readonly NodeSight[] => nodes.filter(takesWrites).map((node) => ({ node, state: 'primary' }));

const isPrimary = ({ state }: NodeSight): boolean => state === 'primary';

/**
 * "leads": it takes writes. "expected": nobody does, and it is the one that may. "two": more than one does. "contested":
 * each of them has led, and none came after all the others. "unknown": nobody may be called the leader.
 */
type Decided =
  | { readonly kind: 'leads' | 'expected'; readonly node: Node }
  | { readonly kind: 'two'; readonly leaders: readonly NodeSight[] }
  | { readonly kind: 'contested'; readonly claimants: readonly NodeSight[] }
  | { readonly kind: 'unknown' };

export type LeaderDecision = Decided & { readonly why: string };

type View = ReturnType<typeof viewOf>;

interface Rule {
  readonly why: string;
  readonly decide: (view: View) => Decided | undefined;
}

/** The first one that applies decides. */
const rules: readonly Rule[] = [
  {
    why: 'each of them takes writes that the others do not have',
    decide: ({ leaders }) => (leaders.length > 1 ? { kind: 'two', leaders } : undefined),
  },
  {
    why: 'a replica follows a newer timeline than the node that takes writes: another one was promoted, and is out of sight',
    decide: ({ leaders: [one], followed }) =>
      one && followed > timelineOf(one) ? { kind: 'unknown' } : undefined,
  },
  {
    why: 'the one that takes writes did not come after the data of the other, so it may be a former primary that came back',
    decide: ({ leaders: [one], stopped }) => one && contestedBy(one, stopped),
  },
  {
    why: 'it is the one node that takes writes',
    decide: ({ leaders: [one] }) => one && { kind: 'leads', node: one.node },
  },
  {
    why: 'a replica is on a newer timeline than every node that led before: another one was promoted, and is out of sight',
    decide: ({ former, known }) => (former && known > timelineOf(former) ? { kind: 'unknown' } : undefined),
  },
  {
    why: 'each of them has led, and none came after the other',
    decide: ({ former, stopped }) => former && contestedBy(former, stopped),
  },
  {
    why: 'it led last, and is stopped',
    decide: ({ former }) => former && { kind: 'expected', node: former.node },
  },
  {
    why: 'it is the primary of .env.cluster, and nothing says that another node was promoted',
    decide: ({ configured }) =>
      configured && configured.data === undefined ? { kind: 'expected', node: configured.node } : undefined,
  },
];

/** Whether what a node has may be newer than the leader's, or beside it: then nobody may say that it led before. */
function isRival({ data: leading }: NodeSight, { data }: NodeSight): boolean {
  if (leading === undefined || data === undefined) return false;
  if (leading.systemIdentifier !== data.systemIdentifier) return false;
  const led = lineageAt(leading, data.timeline);
  if (led && !isSameTimeline(led, data)) return true;
  if (data.isStandby) return data.timeline > leading.timeline;
  return led === undefined || data.timeline === leading.timeline;
}

function contestedBy(one: NodeSight, stopped: readonly NodeSight[]): Decided | undefined {
  const rivals = stopped.filter((other) => other !== one && isRival(one, other));
  return rivals.length > 0 ? { kind: 'contested', claimants: [one, ...rivals] } : undefined;
}

/** Who leads, or may be taken for the leader. */
export function decideLeader({ nodes }: Pick<Topology, 'nodes'>, configured: Node): LeaderDecision {
  const view = viewOf(nodes, configured);
  for (const { why, decide } of rules) {
    const decided = decide(view);
    if (decided) return { ...decided, why };
  }
  return { kind: 'unknown', why: 'every node that can be seen is a replica' };
}

function viewOf(nodes: readonly NodeSight[], configured: Node) {
  const stopped = nodes.filter(({ state }) => state === 'stopped');
  const formers = stopped.filter(({ data }) => data?.isStandby === false);
  return {
    leaders: nodes.filter(isPrimary),
    stopped,
    /** The newest timeline that a replica which runs is on; 0 when there is none. */
    followed: newest(nodes.filter(({ state }) => state === 'replica')),
    /** The same of replicas whether they run or not. */
    known: newest(nodes.filter(({ data }) => data?.isStandby)),
    /** The stopped node that led last: its data is a primary's, on the newest timeline of such data. */
    former: newestFirst(formers, configured)[0],
    configured: nodes.find(({ node }) => node.name === configured.name),
  };
}

const timelineOf = ({ data }: NodeSight): number => data?.timeline ?? 0;

const newest = (sights: readonly NodeSight[]): number => Math.max(0, ...sights.map(timelineOf));

/** Of two on the same timeline the one that is meant to lead comes first. */
const newestFirst = (sights: readonly NodeSight[], { name }: Node): readonly NodeSight[] =>
  sights.toSorted(
    (one, other) =>
      timelineOf(other) - timelineOf(one) ||
      Number(other.node.name === name) - Number(one.node.name === name),
  );

/** What .env.cluster says when it names this node as the primary. */
export const settingsFor = (
  { nodes }: { readonly nodes: readonly Node[] },
  leader: Node,
): readonly string[] => [
  `CLUSTER_DB_PRIMARY_HOST=${written(leader)}`,
  `CLUSTER_DB_REPLICA_HOSTS=${nodes
    .filter(({ name }) => name !== leader.name)
    .map(written)
    .join(',')}`,
];

const written = (node: Node): string => `${node.name}=${hostAndPort(node)}`;
