// Whom `plan` and `up` work with: the node that leads. A change of primary is asked for in the file, and refused for now.

import { readTopologyOn } from '../postgres/topology-query.ts';
import { describeSight, leaderNote, ledCluster, stopByHand } from '../postgres/leader.ts';
import { shownPath } from '../config/shown-path.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { settingsFor, type Topology } from '../model/topology.ts';
import { rememberedPrimary } from '../server/remember-primary-step.ts';
import { choosePrimary } from './primary-choice.ts';

interface LeaderForUp {
  readonly cluster: LedCluster;
  /** What there is to say about it. */
  readonly notes: readonly string[];
}

/**
 * The cluster as it is led now, with the replicas that `up` may see to: a former primary that is stopped is not one of
 * them, because its data would take writes. Throws RefusedError when two nodes lead, or when the file was edited to have
 * another one lead.
 */
export async function leaderForUp(cluster: Cluster, hosts: HostSet): Promise<LeaderForUp> {
  const [topology, remembered] = await Promise.all([
    readTopologyOn(cluster, hosts),
    rememberedPrimary(cluster, hosts.get(cluster.control.name)),
  ]);
  const led = ledCluster(cluster, topology);
  const { unreachable } = hosts.get(led.primary.name);
  if (unreachable) throw unreachable;
  const facts = { file: cluster.configuredPrimary.name, remembered, leader: led.primary.name };
  if (choosePrimary(facts) === 'edited') throw changeOfPrimary(led, topology, remembered ?? '');
  const former = formerPrimaries(led, topology);
  return {
    cluster: { ...led, replicas: led.replicas.filter((node) => !former.includes(node)) },
    notes: [
      leaderNote(cluster, topology.nodes) ?? [],
      former.map(({ name }) => formerNote(name, led.primary)),
    ].flat(),
  };
}

const formerPrimaries = ({ replicas }: LedCluster, { nodes }: Topology): readonly Node[] =>
  replicas.filter(({ name }) =>
    nodes.some(
      ({ node, state, data }) => node.name === name && state === 'stopped' && data?.isStandby === false,
    ),
  );

const formerNote = (name: string, leader: Node): string =>
  `${name} was a primary before ${leader.name} and is stopped: its data is left as it is; to give it that of ${leader.name}: dbctl reinit ${name}`;

function changeOfPrimary(cluster: LedCluster, { nodes }: Topology, remembered: string): RefusedError {
  const { configuredPrimary: wanted, primary, file } = cluster;
  const sight = nodes.find(({ node }) => node.name === primary.name);
  return new RefusedError({
    what: `${shownPath(file)} names ${wanted.name} as the primary, and ${primary.name} leads`,
    why: [
      ...(sight ? [describeSight(sight)] : []),
      `The file named ${remembered} when it was last carried out, so it was edited since, or it is an old copy.`,
      'dbctl does not change the primary of a cluster that runs.',
    ].join('\n'),
    next: [
      `if ${primary.name} shall go on, write: ${settingsFor(cluster, primary).join(' and ')}`,
      `if ${wanted.name} shall lead, stop the applications, then ${stopByHand(cluster, primary)}`,
      `promote it, on ${wanted.host}: runuser -u postgres -- psql -p ${wanted.port} -c 'select pg_promote()'`,
      `give ${primary.name} its data: dbctl reinit ${primary.name}; then run the same command again`,
      'nothing was changed',
    ],
  });
}
