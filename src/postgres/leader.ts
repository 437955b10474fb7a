// From what was seen of the nodes to a cluster whose leader is known, or a refusal that names who stands in the way.

import { shownPath } from '../config/shown-path.ts';
import { hostAndPort } from '../model/address.ts';
import { ledBy, type Cluster, type LedCluster, type Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { controlOf } from './control/control-of.ts';
import {
  decideLeader,
  settingsFor,
  type LeaderDecision,
  type NodeSight,
  type Topology,
} from '../model/topology.ts';

/**
 * Throws RefusedError when two nodes lead, when nobody can say which of two came after the other, or when nobody can be
 * taken for the leader. `givenUp`: the node whose data somebody is about to give up; it is nobody's rival.
 */
export function ledCluster(cluster: Cluster, topology: Topology, givenUp?: string): LedCluster {
  const decision = decide(cluster, topology, givenUp);
  if (decision.kind === 'two') throw twoLeaders(cluster, decision.leaders, decision.why);
  if (decision.kind === 'contested') throw contested(cluster, decision.claimants, [`So ${decision.why}.`]);
  if (decision.kind === 'unknown') throw noLeader(cluster, topology, decision.why);
  return ledBy(cluster, decision.node);
}

function decide(cluster: Cluster, { nodes }: Pick<Topology, 'nodes'>, givenUp?: string): LeaderDecision {
  const decision = decideLeader({ nodes }, cluster.configuredPrimary);
  if (decision.kind !== 'contested') return decision;
  const others = nodes.filter(({ node, state }) => node.name !== givenUp || state !== 'stopped');
  return others.length < nodes.length ? decide(cluster, { nodes: others }) : decision;
}

/**
 * One line for who runs a command, when the file is not what the hosts say: who leads, and what to write there, or that
 * two lead. Undefined when the file is right, or when nobody leads.
 */
export function leaderNote(cluster: Cluster, nodes: readonly NodeSight[]): string | undefined {
  const [leader, ...others] = nodes.filter(({ state }) => state === 'primary');
  if (leader === undefined) return undefined;
  if (others.length > 0) {
    const all = [leader, ...others];
    return `${cluster.name} has ${all.length} primaries: ${all.map(describeSight).join('; ')}`;
  }
  const { configuredPrimary: configured, file } = cluster;
  if (leader.node.name === configured.name) return undefined;
  const since = leader.data?.since ? ` since ${shownTime(leader.data.since)}` : '';
  return `${leader.node.name} is the primary${since}, and ${shownPath(file)} names ${configured.name}; write there: ${settingsFor(cluster, leader.node).join(' and ')}`;
}

/** "pg2 (10.0.0.12:5432), timeline 2, since 2026-11-21 10:00:00 UTC" */
export function describeSight({ node, state, data, problem }: NodeSight): string {
  const since = data?.since ? [`since ${shownTime(data.since)}`] : [];
  const upstream = data?.upstream ? [`follows ${data.upstream}`] : [];
  const timeline = data ? [`timeline ${data.timeline}`] : [];
  const facts = [stateWords[state], ...timeline, ...since, ...upstream, ...(problem ? [problem] : [])];
  return `${node.name} (${hostAndPort(node)}): ${facts.join(', ')}`;
}

const stateWords: Readonly<Record<NodeSight['state'], string>> = {
  primary: 'takes writes',
  replica: 'replica',
  stopped: 'does not accept connections',
  bare: 'has no data',
  another: 'is not of this cluster',
  unreachable: 'cannot be asked',
};

/** "2026-11-21 10:00:00 UTC" */
const shownTime = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

function twoLeaders(cluster: Cluster, leaders: readonly NodeSight[], why: string): RefusedError {
  const names = leaders.map(({ node }) => node.name);
  return new RefusedError({
    what: `${cluster.name} has ${leaders.length} primaries: ${names.join(' and ')}`,
    why: [
      ...leaders.map(describeSight),
      `${shownPath(cluster.file)} names ${cluster.configuredPrimary.name}; ${why}.`,
    ].join('\n'),
    next: [
      'stop the applications, and compare what was written on each: dbctl probe',
      ...leaders.map(
        ({ node }) =>
          `if ${node.name} must not lead: ${stopByHand(cluster, node)}; then give it the data of the other: dbctl reinit ${node.name}`,
      ),
      'nothing was changed',
    ],
  });
}

/** Refuses to choose between nodes that have led; with how each of them would lead. */
export function contested(
  cluster: Cluster,
  claimants: readonly NodeSight[],
  why: readonly string[],
): RefusedError {
  const names = claimants.map(({ node }) => node.name);
  return new RefusedError({
    what: `nobody can say whether ${names.join(' or ')} is the primary of ${cluster.name}`,
    why: [...claimants.map(describeSight), ...why].join('\n'),
    next: [
      'stop the applications; a person must decide, by what was written on each: see docs/primary.md',
      ...claimants.flatMap((one) => leadingAdvice(cluster, one, claimants)),
      'nothing was changed',
    ],
  });
}

/** How one of several is made the leader by hand, and the others get its data. */
function leadingAdvice(cluster: Cluster, one: NodeSight, claimants: readonly NodeSight[]): readonly string[] {
  const others = claimants.filter((other) => other !== one);
  const running = others.filter(({ state }) => state === 'primary');
  const shall = `if ${one.node.name} shall lead`;
  if (one.data?.isStandby === true)
    return [`${shall}, it must be promoted: bring back the node that it followed, or see docs/primary.md`];
  const steps = [
    ...running.map(({ node }) => stopByHand(cluster, node)),
    ...(one.state === 'stopped' ? [startByHand(cluster, one.node)] : []),
  ];
  const reinit = others.map(({ node }) => `dbctl reinit ${node.name}`).join('; ');
  return [...steps.map((step) => `${shall}, ${step}`), `${shall}, give the other its data: ${reinit}`];
}

function noLeader(cluster: Cluster, { nodes }: Topology, why: string): RefusedError {
  return new RefusedError({
    what: `nobody can be taken for the primary of ${cluster.name}`,
    why: [...nodes.map(describeSight), `So ${why}.`].join('\n'),
    next: [
      ...nodes.flatMap(signalAdvice(cluster)),
      'bring back the node that leads, or what keeps it out of sight: dbctl status',
      cluster.patroni === undefined
        ? 'if it is gone for good, let the replica lead that is furthest ahead: dbctl failover'
        : 'Patroni lets another node lead once more than half of the members of etcd are there and it is not paused: dbctl status',
      'nothing was changed',
    ],
  });
}

/** A primary that ended, and has a standby.signal, may be one that was to follow another; or somebody left it there. */
const signalAdvice =
  (cluster: Cluster) =>
  ({ node, state, data }: NodeSight): readonly string[] =>
    state === 'stopped' && data?.isStandby && data.was === 'primary'
      ? [
          `${node.name} was a primary when it ended, and has a standby.signal; if a switchover was cut off, finish it: dbctl switchover; if nobody put it there on purpose, on ${node.name}: rm ${instanceOf(cluster, node).dataDirectory}/standby.signal`,
        ]
      : [];

/** How PostgreSQL of a node is stopped on its host by hand. */
const stopByHand = (cluster: Cluster, node: Node): string =>
  `on ${node.host}: ${controlOf(instanceOf(cluster, node)).byHand.stop}`;

/** How it is started on its host by hand. */
export const startByHand = (cluster: Cluster, node: Node): string =>
  `on ${node.host}: ${controlOf(instanceOf(cluster, node)).byHand.startAnyway}`;
