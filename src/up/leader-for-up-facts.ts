// Whom `plan` and `up` work with: the node that leads. A change of primary that the file asks for is made only when told.

import { readTopologyOn } from '../postgres/topology-query.ts';
import { refuseParted } from '../postgres/parted.ts';
import { describeSight, leaderNote, ledCluster } from '../postgres/leader.ts';
import { shownPath } from '../config/shown-path.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { settingsFor, type Topology } from '../model/topology.ts';
import { refuseAnotherAccount } from '../server/owner-facts.ts';
import { rememberedPrimary } from '../server/remember-primary-step.ts';
import { lookBeforeStart, refuseBlindStart, type Former } from '../start/before-start-facts.ts';
import { choosePrimary } from './primary-choice.ts';

interface LeaderForUp {
  readonly cluster: LedCluster;
  /** What there is to say about it. */
  readonly notes: readonly string[];
  readonly asked?: undefined;
}

/** The file asks for another primary. */
interface AskedChange {
  readonly asked: {
    /** For who has not agreed to it. */
    readonly refusal: RefusedError;
    /** Who leads, and since when; for who agrees to it. */
    readonly notes: readonly string[];
  };
}

/**
 * The cluster as it is led now, with the replicas that `up` may see to: a former primary that is stopped is not one of
 * them, because its data would take writes; or that the file was edited to have another one lead. Throws RefusedError
 * when two nodes lead.
 */
export async function leaderForUp(cluster: Cluster, hosts: HostSet): Promise<LeaderForUp | AskedChange> {
  const [topology, remembered] = await Promise.all([
    readTopologyOn(cluster, hosts),
    rememberedPrimary(cluster, hosts.get(cluster.control.name)),
    ...cluster.nodes
      .filter(({ name }) => hosts.get(name).unreachable === undefined)
      .map((node) => refuseAnotherAccount(cluster, node, hosts.get(node.name))),
  ]);
  const led = ledCluster(cluster, topology);
  const { unreachable } = hosts.get(led.primary.name);
  if (unreachable) throw unreachable;
  const facts = { file: cluster.configuredPrimary.name, remembered, leader: led.primary.name };
  if (choosePrimary(facts) === 'edited') return { asked: changeOfPrimary(led, topology, remembered ?? '') };
  refuseParted(topology);
  refuseBlindStart(led, topology);
  const { former, unread } = await lookBeforeStart(led, topology, hosts);
  const isFormer = ({ name }: Node): boolean => former.some(({ sight }) => sight.node.name === name);
  return {
    cluster: { ...led, replicas: led.replicas.filter((node) => !isFormer(node)) },
    notes: [
      unread,
      leaderNote(cluster, topology.nodes) ?? [],
      former.map((one) => formerNote(led, one)),
    ].flat(),
  };
}

function formerNote({ primary: { name: leader } }: LedCluster, { sight, loss }: Former): string {
  const { name } = sight.node;
  return [
    `${name} was a primary before ${leader} and is stopped: its data is left as it is; to give it that of ${leader}: dbctl reinit ${name}`,
    ...(loss.from === undefined ? [] : [loss.text]),
  ].join('\n');
}

function changeOfPrimary(cluster: LedCluster, { nodes }: Topology, remembered: string): AskedChange['asked'] {
  const { configuredPrimary: wanted, primary, file } = cluster;
  const sight = nodes.find(({ node }) => node.name === primary.name);
  const notes = [
    ...(sight ? [describeSight(sight)] : []),
    `The file named ${remembered} when it was last carried out, so it was edited since, or it is an old copy.`,
  ];
  const refusal = new RefusedError({
    what: `${shownPath(file)} names ${wanted.name} as the primary, and ${primary.name} leads`,
    why: notes.join('\n'),
    next: [
      `if ${primary.name} shall go on, write: ${settingsFor(cluster, primary).join(' and ')}`,
      `if ${wanted.name} shall lead: dbctl up --switchover`,
      'nothing was changed',
    ],
  });
  return { refusal, notes };
}
