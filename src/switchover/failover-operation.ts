// A replica leads in place of a primary that is gone, because somebody says so and agrees to what is lost.

import type { HostSet } from '../host/with-hosts.ts';
import { ledBy, type Cluster, type Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { findNode } from '../model/find-node.ts';
import type { NodeSight, Topology } from '../model/topology.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import type { LockedOperation } from '../operation/change-hosts.ts';
import { describeSight } from '../postgres/leader.ts';
import { readTopologyOn } from '../postgres/topology-query.ts';
import { replicasAlone } from '../replication/add-replica-plan.ts';
import { refuseLoss } from '../replication/loss.ts';
import { rememberedPrimary } from '../server/remember-primary-step.ts';
import { archiveEndFor, readGone, refuseLiving } from './failover-facts.ts';
import {
  chooseSuccessor,
  failoverQuestion,
  goneFrom,
  hasMore,
  isReady,
  keepAdvice,
  lossWith,
} from './failover.ts';
import { refuseLease } from './patroni-lease-facts.ts';
import { readCandidate } from './switchover-facts.ts';
import { unfinishedSwitchover, type Note } from './switchover-note-step.ts';
import { leadBy, machinesFor, moveIn, sightOf, isPart, type Moved } from './switchover-operation.ts';
import { takeOverStages } from './hand-over-plan.ts';

interface Wish {
  readonly candidate: Node | undefined;
  /** After which position what is not on the candidate may be lost. */
  readonly acceptLoss: string | undefined;
}

/** Lets a replica lead in place of a primary that is gone. Finishes what an earlier run has begun. */
export const failOver = (
  cluster: Cluster,
  {
    candidate,
    acceptLoss,
  }: { readonly candidate: string | undefined; readonly acceptLoss: string | undefined },
  access: ChangeAccess,
): Promise<Moved> =>
  access.changeHosts(cluster, machinesFor(cluster), async (operation) => {
    const wish = {
      candidate: candidate === undefined ? undefined : findNode(cluster, candidate),
      acceptLoss,
    };
    const topology = await readTopologyOn(cluster, operation.hosts);
    const begun = await unfinishedSwitchover(cluster, operation.hosts.get(cluster.control.name));
    const { leader } = topology;
    if (leader === undefined) return failOverIn(operation, cluster, wish, access);
    const { node } = leader;
    if (node.name !== begun?.to && node.name !== candidate) throw leads(node, leader);
    // It leads already: what depends on that is left to do, if anything.
    return moveIn(operation, cluster, node, access);
  });

const leads = ({ name }: Node, sight: NodeSight): RefusedError =>
  new RefusedError({
    what: `${name} leads: there is nothing to take over from`,
    why: describeSight(sight),
    next: ['to let another node lead, without losing anything: dbctl switchover', 'nothing was changed'],
  });

/** The same as a part of another operation, while nobody leads. */
export async function failOverIn(
  { hosts, carryOut }: Pick<LockedOperation, 'hosts' | 'carryOut'>,
  cluster: Cluster,
  { candidate, acceptLoss }: Wish,
  { confirm, dryRun, remark }: Pick<ChangeAccess, 'confirm' | 'dryRun' | 'remark'>,
): Promise<Moved> {
  const found = await look(cluster, hosts, candidate);
  const { gone, to, node, loss, candidates, topology } = found;
  const acceptable = dryRun ? (acceptLoss ?? '0/0') : acceptLoss;
  refuseLoss(gone.node, node, loss, acceptable, keepAdvice(gone.node, to, candidates));
  if (dryRun && acceptLoss === undefined && loss.from !== undefined)
    remark(`${loss.text}\nIt is done only when that may be lost: --accept-loss ${loss.from}`);
  const question = [...failoverQuestion(gone, to, candidates), loss.text];
  await confirm(node.name, question.filter(Boolean).join('\n'));
  const ahead = candidates.filter(isReady).filter((one) => hasMore(one, to));
  for (const one of ahead)
    remark(
      cluster.patroni
        ? `${one.node.name} has more than ${node.name}: Patroni takes that back`
        : `${one.node.name} has more than ${node.name}, and cannot follow it; to give it the data of ${node.name}: dbctl reinit ${one.node.name}`,
    );
  const nodes = cluster.nodes.filter(
    ({ name }) =>
      name !== gone.node.name && !ahead.some((one) => one.node.name === name) && isPart(topology, { name }),
  );
  const led = ledBy(cluster, node);
  const before = takeOverStages({
    cluster: led,
    hosts,
    nodes,
    from: gone.node,
    hasData: gone.state === 'stopped',
  });
  const { plan, problem } = await leadBy(led, hosts, { before, nodes });
  if (problem) remark(problem);
  const result = await carryOut(plan, { mayFail: new Set(replicasAlone(led)) });
  return { result, to: node.name, silentSeconds: undefined };
}

/** Looks at everything, and refuses what cannot be done. Changes nothing. */
async function look(cluster: Cluster, hosts: HostSet, candidate: Node | undefined) {
  const control = hosts.get(cluster.control.name);
  const [topology, begun, remembered] = await Promise.all([
    readTopologyOn(cluster, hosts),
    unfinishedSwitchover(cluster, control),
    rememberedPrimary(cluster, control),
  ]);
  const node = begun && cluster.nodes.find(({ name }) => name === begun.from);
  const gone = sightOf(topology, (node ?? goneFrom(cluster, topology, remembered)).name);
  if (begun) refuseUnfinished(begun, gone, topology);
  await refuseLiving(cluster, gone, topology, hosts);
  await refuseLease(cluster, topology, hosts);
  const replicas = cluster.nodes.filter(({ name }) => name !== gone.node.name);
  const candidates = await Promise.all(
    replicas.map((one) => readCandidate(ledBy(cluster, gone.node), one, hosts)),
  );
  const named = candidate?.name ?? (begun?.isDead ? begun.to : undefined);
  const to = chooseSuccessor(candidates, gone.node, named);
  const chosen = replicas.find(({ name }) => name === to.node.name)!;
  const loss = lossWith(to, {
    gone,
    candidates,
    read: await readGone(cluster, gone, chosen, hosts),
    unseen: replicas.filter(({ name }) => sightOf(topology, name).state === 'unreachable'),
    archivedUpTo: await archiveEndFor(cluster, to, hosts),
  });
  return { gone, to, node: chosen, loss, candidates, topology };
}

/** Who was about to take over may have done so where nobody sees it; a primary that gave way cleanly has lost nothing. */
function refuseUnfinished(begun: Note, gone: NodeSight, topology: Topology): void {
  const takes = topology.nodes.find(({ node }) => node.name === begun.to);
  const why = topology.nodes.map(describeSight).join('\n');
  if (takes !== undefined && takes.state !== 'replica')
    throw new RefusedError({
      what: `${begun.to} was about to take over from ${begun.from}, and may have been promoted`,
      why,
      next: [`bring ${begun.to} back, and run the same command again`, 'nothing was changed'],
    });
  if (begun.isDead || gone.state === 'unreachable') return;
  throw new RefusedError({
    what: `a switchover from ${begun.from} to ${begun.to} was cut off, and loses nothing when it is finished`,
    why,
    next: [`finish it: dbctl switchover --candidate ${begun.to}`, 'nothing was changed'],
  });
}
