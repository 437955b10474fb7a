// Who leads, as the hosts say. Plain data: what was seen of each node, and what follows from it.

import { hostAndPort } from './address.ts';
import type { Node } from './cluster.ts';

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
  /** Whether it is a replica's: in recovery, or with a standby.signal. */
  readonly isStandby: boolean;
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
 * "leads": it takes writes. "expected": nobody does, and it is the one that may. "two": more than one does. "unknown":
 * nobody may be called the leader.
 */
type Decided =
  | { readonly kind: 'leads' | 'expected'; readonly node: Node }
  | { readonly kind: 'two'; readonly leaders: readonly NodeSight[] }
  | { readonly kind: 'unknown' };

export type LeaderDecision = Decided & { readonly why: string };

interface View {
  readonly leaders: readonly NodeSight[];
  /** The newest timeline that a replica which runs is on; 0 when there is none. */
  readonly followed: number;
  /** The same of replicas whether they run or not. */
  readonly known: number;
  /** The stopped node that led last: its data is a primary's, on the newest timeline of such data. */
  readonly former: NodeSight | undefined;
  readonly configured: NodeSight | undefined;
}

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
    why: 'it is the one node that takes writes',
    decide: ({ leaders: [one] }) => one && { kind: 'leads', node: one.node },
  },
  {
    why: 'a replica is on a newer timeline than every node that led before: another one was promoted, and is out of sight',
    decide: ({ former, known }) => (former && known > timelineOf(former) ? { kind: 'unknown' } : undefined),
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

/** Who leads, or may be taken for the leader. */
export function decideLeader({ nodes }: Pick<Topology, 'nodes'>, configured: Node): LeaderDecision {
  const stopped = nodes.filter(({ state, data }) => state === 'stopped' && data?.isStandby === false);
  const view: View = {
    leaders: nodes.filter(isPrimary),
    followed: newest(nodes.filter(({ state }) => state === 'replica')),
    known: newest(nodes.filter(({ data }) => data?.isStandby)),
    former: newestFirst(stopped, configured)[0],
    configured: nodes.find(({ node }) => node.name === configured.name),
  };
  for (const { why, decide } of rules) {
    const decided = decide(view);
    if (decided) return { ...decided, why };
  }
  return { kind: 'unknown', why: 'every node that can be seen is a replica' };
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
