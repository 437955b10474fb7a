// From what was seen of the nodes to a cluster whose leader is known, or a refusal that names who stands in the way.

import { shownPath } from '../config/shown-path.ts';
import { hostAndPort } from '../model/address.ts';
import { ledBy, type Cluster, type LedCluster, type Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { controlOf } from './control/control-of.ts';
import { decideLeader, settingsFor, type NodeSight, type Topology } from '../model/topology.ts';

/** Throws RefusedError when two nodes lead, or when nobody can be taken for the leader. */
export function ledCluster(cluster: Cluster, topology: Topology): LedCluster {
  const decision = decideLeader(topology, cluster.configuredPrimary);
  if (decision.kind === 'two') throw twoLeaders(cluster, decision.leaders, decision.why);
  if (decision.kind === 'unknown') throw noLeader(cluster, topology, decision.why);
  return ledBy(cluster, decision.node);
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

function noLeader(cluster: Cluster, { nodes }: Topology, why: string): RefusedError {
  return new RefusedError({
    what: `nobody can be taken for the primary of ${cluster.name}`,
    why: [...nodes.map(describeSight), `So ${why}.`].join('\n'),
    next: [
      'bring back the node that leads, or what keeps it out of sight: dbctl status',
      'if it is gone for good, promote the replica that is furthest ahead: see docs/primary.md',
      'nothing was changed',
    ],
  });
}

/** How PostgreSQL of a node is stopped on its host by hand. */
export const stopByHand = (cluster: Cluster, node: Node): string =>
  `on ${node.host}: ${controlOf(instanceOf(cluster, node)).byHand.stop}`;
