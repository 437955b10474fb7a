// Who takes over from a primary that is gone, and what is lost with it. Facts in, decisions out; nothing is asked here.

import type { Cluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { formatLsn, parseLsn } from '../model/lsn.ts';
import { decideLeader, type NodeSight, type Topology } from '../model/topology.ts';
import { formatBytes } from '../model/units.ts';
import { describeSight, ledCluster } from '../postgres/leader.ts';
import { neededConfirmations } from '../postgres/synchronous.ts';
import type { NodeLoss } from '../replication/loss.ts';
import { ownObstaclesOf, waitsForNobody, type Candidate } from './obstacles.ts';
import type { Following } from './switchover-query.ts';

/** A candidate that runs. */
export type Ready = Candidate & { readonly facts: Following };

/**
 * The primary that is gone: the one that led last and is stopped, else the one that the file named when it was last carried
 * out, or names. Throws RefusedError when two nodes may lead, or nobody can say who led.
 */
export function goneFrom(cluster: Cluster, topology: Topology, remembered: string | undefined): Node {
  const { nodes } = topology;
  const decision = decideLeader(topology, cluster.configuredPrimary);
  if (decision.kind === 'two' || decision.kind === 'contested') return ledCluster(cluster, topology).primary;
  const sight = (name: string | undefined): NodeSight | undefined =>
    nodes.find(({ node }) => node.name === name);
  const expected = decision.kind === 'expected' ? sight(decision.node.name) : undefined;
  if (expected?.state === 'stopped') return expected.node;
  const gone = nodes.filter(({ state }) => ['unreachable', 'bare', 'another'].includes(state));
  const named = [remembered, cluster.configuredPrimary.name].map((name) =>
    gone.find(({ node }) => node.name === name),
  );
  const found = named.find((one) => one !== undefined) ?? (gone.length === 1 ? gone[0] : undefined);
  return found?.node ?? ledCluster(cluster, topology).primary;
}

/** A switchover is what moves a primary that lives. */
export const stillLives = (name: string, why: string): RefusedError =>
  new RefusedError({
    what: `${name}, the primary, is not dead: ${why}`,
    next: [
      'to let another node lead, without losing anything: dbctl switchover',
      `if it hangs, see why, and end it first: dbctl logs ${name}`,
      'nothing was changed',
    ],
  });

/** The one that was named, or of those that may lead the one that has the most. Throws RefusedError. */
export function chooseSuccessor(
  candidates: readonly Candidate[],
  gone: Pick<Node, 'name'>,
  named: string | undefined,
): Ready {
  const nodes = [gone, ...candidates.map(({ node }) => node)];
  const judged = candidates
    .filter(({ node }) => named === undefined || node.name === named)
    .map((candidate) => ({ candidate, obstacles: obstaclesTo(candidate, nodes) }));
  const [best] = judged
    .flatMap(({ candidate, obstacles }) => (obstacles.length === 0 && isReady(candidate) ? [candidate] : []))
    .toSorted((one, other) => (hasMore(other, one) ? 1 : hasMore(one, other) ? -1 : 0));
  if (best) return best;
  const found = judged.flatMap(({ obstacles }) => obstacles);
  throw new RefusedError({
    what: named
      ? `${named} cannot take over from ${gone.name}`
      : `no replica can take over from ${gone.name}`,
    why: [...new Set(found.map(({ text }) => text))].join('\n') || 'There is no replica.',
    next: [...new Set(found.flatMap(({ next }) => next ?? [])), 'nothing was changed'],
  });
}

function obstaclesTo(candidate: Candidate, nodes: readonly Pick<Node, 'name'>[]) {
  const { node, facts } = candidate;
  const others = nodes.map(({ name }) => name).filter((name) => name !== node.name);
  const waits = facts && waitsForNobody(node.name, facts.synchronousNames, others);
  return [...ownObstaclesOf(candidate, nodes), waits ?? []].flat();
}

export const isReady = (candidate: Candidate): candidate is Ready => candidate.facts !== undefined;

const received = ({ facts }: Ready): bigint => parseLsn(facts.receivedLsn ?? '0/0')!;
const timelineOf = ({ facts }: Ready): number => facts.timeline ?? 0;

/** Whether one has WAL that the other has not. */
export const hasMore = (one: Ready, other: Ready): boolean =>
  timelineOf(one) > timelineOf(other) ||
  (timelineOf(one) === timelineOf(other) && received(one) > received(other));

/** What is known of what the candidate has not, besides the primary's own data. */
interface Known {
  readonly gone: NodeSight;
  /** What was read of the data of the primary, where that can be read. */
  readonly read: NodeLoss | undefined;
  readonly candidates: readonly Candidate[];
  /** Nodes that cannot be asked, besides the primary. */
  readonly unseen: readonly Node[];
  /** Where the archive of the candidate's timeline ends; undefined where nobody can say. */
  readonly archivedUpTo: bigint | undefined;
}

/** In words, what is lost when this one leads. */
export function lossWith(to: Ready, { gone, read, candidates, unseen, archivedUpTo }: Known): NodeLoss {
  const { name } = to.node;
  const end = received(to);
  const at = formatLsn(end);
  const ahead = candidates.filter(isReady).filter((one) => hasMore(one, to));
  const more = ahead.map((one) => {
    const bytes = Number(received(one) - end);
    return `${one.node.name} has ${formatBytes(bytes)} (${bytes} bytes) of WAL that ${name} has not, up to ${formatLsn(received(one))}.`;
  });
  const own = read ?? {
    text: `${gone.node.name} ${gone.state === 'unreachable' ? 'cannot be asked' : 'has no data that could be read'}: what it wrote after ${at}, and no replica received, is lost. ${name} has everything up to there.`,
    from: at,
    isCertain: false,
  };
  const archived =
    archivedUpTo !== undefined && archivedUpTo > end
      ? `The repository has WAL up to ${formatLsn(archivedUpTo)}, which ${name} fetches before it leads, if it reaches the repository.`
      : '';
  const others = unseen.map(
    (node) =>
      `${node.name} cannot be asked: whether it has more than ${name}, or was promoted, is not known.`,
  );
  const from = [own.from, ...(more.length + others.length > 0 ? [at] : [])]
    .filter((one) => one !== undefined)
    .toSorted((one, other) => (parseLsn(one)! < parseLsn(other)! ? -1 : 1))[0];
  return {
    text: [own.text, ...more, ...others, archived].filter(Boolean).join('\n'),
    from,
    isCertain: own.isCertain || more.length > 0,
  };
}

/** What keeps what would be lost. */
export const keepAdvice = (
  gone: Pick<Node, 'name'>,
  to: Ready,
  candidates: readonly Candidate[],
): readonly string[] => [
  ...candidates
    .filter(isReady)
    .filter((one) => hasMore(one, to))
    .map(
      ({ node }) => `to keep what ${node.name} has, let that lead: dbctl failover --candidate ${node.name}`,
    ),
  `to keep what ${gone.name} has, bring it back: dbctl up`,
];

/** To be read before it is agreed to. */
export function failoverQuestion(
  gone: NodeSight,
  to: Ready & { readonly node: Pick<Node, 'name'> },
  candidates: readonly Candidate[],
): readonly string[] {
  const { node } = gone;
  const needed = neededConfirmations({ names: to.facts.synchronousNames, commit: 'on' });
  const alive = candidates.filter((one) => isReady(one) && one.node.name !== to.node.name).length;
  return [
    `${to.node.name} takes over from ${describeSight(gone)}.`,
    ...(gone.state === 'unreachable'
      ? [
          `Nobody can see whether ${node.name} still takes writes somewhere: be sure that it is off, or that no client reaches it.`,
        ]
      : []),
    ...(needed > alive
      ? [
          `Commits wait until ${needed} replicas stream (synchronous_standby_names = ${to.facts.synchronousNames}): ${alive} are there.`,
        ]
      : []),
  ];
}
