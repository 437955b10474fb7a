// The primary moves to a node that has everything, because somebody says so.

import { leadingText } from '../config/edit.ts';
import { backupsInPlace } from '../backup/backups-in-place-facts.ts';
import type { PlanResult } from '../engine/run-plan.ts';
import type { HostSet, WantedMachine } from '../host/with-hosts.ts';
import { ledBy, machinesOf, type Cluster, type LedCluster, type Node } from '../model/cluster.ts';
import { ConfigError, RefusedError } from '../model/errors.ts';
import { findNode } from '../model/find-node.ts';
import type { NodeSight, Topology } from '../model/topology.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import type { LockedOperation } from '../operation/change-hosts.ts';
import { describeSight } from '../postgres/leader.ts';
import { refuseParted } from '../postgres/parted.ts';
import { readTopologyOn } from '../postgres/topology-query.ts';
import { replicasAlone } from '../replication/add-replica-plan.ts';
import { readSides, runningLeader } from './switchover-facts.ts';
import { unfinishedSwitchover, type Note } from './switchover-note-step.ts';
import { handOverStages } from './hand-over-plan.ts';
import { leadPlan, type LeadOptions } from './switchover-plan.ts';
import { chooseCandidate, leftBehind } from './switchover.ts';

export interface Moved {
  readonly result: PlanResult;
  readonly to: string;
  /** Undefined when another run has moved the primary, or when nothing was moved. */
  readonly silentSeconds: number | undefined;
}

/** What is to be done, when everything was looked at. */
interface Move {
  /** Undefined when the node that shall lead does so. */
  readonly from: Node | undefined;
  readonly to: Node;
  /** For who agrees to it. */
  readonly notes: readonly string[];
  /** A primary that was given up: what is left of it is not touched. */
  readonly dead?: Node | undefined;
}

/** All nodes, whether their hosts answer or not; the control host must. */
export const machinesFor = (cluster: Cluster): readonly WantedMachine[] =>
  machinesOf(cluster).map((machine) => ({ ...machine, mayBeDown: machine.host !== cluster.control.host }));

/** Lets a named node lead, or the replica that is the least behind. Finishes what an earlier run has begun. */
export const switchOver = (
  cluster: Cluster,
  named: string | undefined,
  access: ChangeAccess,
): Promise<Moved> =>
  access.changeHosts(cluster, machinesFor(cluster), (operation) =>
    moveIn(operation, cluster, named === undefined ? undefined : findNode(cluster, named), access),
  );

/** The same as a part of another operation. */
export async function moveIn(
  { hosts, carryOut }: Pick<LockedOperation, 'hosts' | 'carryOut'>,
  cluster: Cluster,
  candidate: Node | undefined,
  { confirm, dryRun, remark }: Pick<ChangeAccess, 'confirm' | 'dryRun' | 'remark'>,
): Promise<Moved> {
  let silentSeconds: number | undefined;
  const onSilence = (seconds: number): void => void (silentSeconds = seconds);
  const { move, plan, problem } = await planMove(cluster, hosts, { candidate, onSilence });
  const { from, to, notes } = move;
  if (problem) remark(problem);
  if (from) await confirm(to.name, [moving(from, to), ...notes].join('\n'));
  const alone = [...replicasAlone(ledBy(cluster, to))].filter((name) => name !== from?.name);
  const result = await carryOut(plan, { mayFail: new Set(alone) });
  return { result, to: to.name, silentSeconds: dryRun ? undefined : silentSeconds };
}

interface Wish {
  readonly candidate: Node | undefined;
  readonly onSilence?: (seconds: number) => void;
}

/** Looks at everything, and refuses what cannot be done now. Changes nothing. */
export async function planMove(cluster: Cluster, hosts: HostSet, { candidate, onSilence = () => {} }: Wish) {
  const [topology, begun] = await Promise.all([
    readTopologyOn(cluster, hosts),
    unfinishedSwitchover(cluster, hosts.get(cluster.control.name)),
  ]);
  const move =
    (begun && unfinishedMove(cluster, topology, begun, candidate)) ??
    (await newMove(cluster, topology, hosts, candidate));
  const { from, to } = move;
  const nodes = cluster.nodes.filter((node) => node.name === from?.name || isPart(topology, node));
  const led = ledBy(cluster, to);
  // The one that gives way may have stopped in an earlier run, and is a replica then.
  const before = from ? handOverStages({ cluster: led, hosts, nodes, from, onSilence }) : [];
  return {
    move,
    ...(await leadBy(led, hosts, { before, nodes: nodes.filter((node) => node !== move.dead) })),
  };
}

/** The whole plan; and what of the file a person has to write. */
export async function leadBy(
  cluster: LedCluster,
  hosts: HostSet,
  stages: Pick<LeadOptions, 'before' | 'nodes'>,
) {
  const { rewritten, problem } = rewrite(cluster, cluster.primary);
  const backup = await backupsInPlace(cluster, hosts);
  return { plan: leadPlan({ ...stages, cluster, hosts, backup, rewritten }), problem };
}

/** What was seen of a node. */
export const sightOf = ({ nodes }: Topology, name: string): NodeSight =>
  nodes.find(({ node }) => node.name === name)!;

/** Has data of the cluster, and can be asked. */
export const isPart = (topology: Topology, { name }: Pick<Node, 'name'>): boolean => {
  const { state, data } = sightOf(topology, name);
  return ['primary', 'replica'].includes(state) || (state === 'stopped' && data?.isStandby === true);
};

const moving = (from: Node, to: Node): string =>
  `${to.name} (${to.host}) takes over from ${from.name} (${from.host}): PostgreSQL on ${from.name} is stopped, its connections are closed, and no client can write until ${to.name} leads.`;

async function newMove(
  cluster: Cluster,
  topology: Topology,
  hosts: HostSet,
  candidate: Node | undefined,
): Promise<Move> {
  const led = runningLeader(cluster, topology);
  refuseParted(topology);
  const { primary } = led;
  if (candidate?.name === primary.name) return { from: undefined, to: primary, notes: [] };
  const { giving, candidates } = await readSides(led, hosts);
  const chosen = chooseCandidate(candidates, giving, candidate?.name);
  return {
    from: primary,
    to: cluster.nodes.find(({ name }) => name === chosen.node.name)!,
    notes: leftBehind(giving),
  };
}

/** What an earlier run left in the middle; undefined when the node that was to give way leads all the same. */
function unfinishedMove(
  cluster: Cluster,
  topology: Topology,
  note: Note,
  candidate: Node | undefined,
): Move | undefined {
  const [from, to] = [note.from, note.to].map((name) => cluster.nodes.find((node) => node.name === name));
  const leader = topology.leader?.node.name;
  if (from === undefined || to === undefined || (leader !== undefined && leader !== to.name))
    return undefined;
  if (topology.nodes.filter(({ state }) => state === 'primary').length > 1) return undefined;
  if (candidate && candidate.name !== to.name) throw isBegun(from, to);
  if (leader === to.name) return { from: undefined, to, notes: [], dead: note.isDead ? from : undefined };
  if (note.isDead) throw isBegun(from, to, `dbctl failover --candidate ${to.name}`);
  const [gave, takes] = [sightOf(topology, from.name), sightOf(topology, to.name)];
  if (takes.state === 'replica' && ['stopped', 'replica'].includes(gave.state))
    return { from, to, notes: ['An earlier run has stopped the primary, and was cut off.'] };
  throw new RefusedError({
    what: `the switchover from ${from.name} to ${to.name} was cut off, and cannot go on`,
    why: topology.nodes.map(describeSight).join('\n'),
    next: [
      `bring back ${[gave, takes]
        .filter(
          ({ state }) => state === 'unreachable' || (state === 'stopped' && takes.node.name === to.name),
        )
        .map(({ node }) => node.name)
        .join(' and ')}, and run the same command again: dbctl switchover`,
      'nothing was changed',
    ],
  });
}

const isBegun = (from: Node, to: Node, command = `dbctl switchover --candidate ${to.name}`): RefusedError =>
  new RefusedError({
    what: `a takeover from ${from.name} by ${to.name} was cut off`,
    next: [`finish it first: ${command}`, 'nothing was changed'],
  });

/** What .env.cluster will be; undefined when a person has to write it, and why. */
function rewrite(cluster: Cluster, to: Node) {
  try {
    return { rewritten: leadingText(cluster.file, to), problem: undefined };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { rewritten: undefined, problem: `${error.message}: ${error.why}` };
  }
}
