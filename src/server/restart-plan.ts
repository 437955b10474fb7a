// Nodes are restarted one by one, each seen to be well before the next; the primary last, unless a setting that was
// lowered wants it before its replicas.

import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { restartOrder, type RestartOrder, type StandbyNode } from '../postgres/standby-parameters.ts';
import { oneByOne, onlyOn, together, type Stage } from '../engine/run-plan.ts';
import { RefusedError } from '../model/errors.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { checkHost } from './check-host-step.ts';
import { refuseLackingPlaces } from './lacking-places-facts.ts';
import { ownerOf } from './owner-facts.ts';
import { restartNode } from './restart-node-step.ts';
import { undoSettings } from './settings-that-ran-step.ts';
import { verifyStreaming } from './verify-streaming-step.ts';
import { onMachines } from '../engine/on-machines.ts';
import { readNodeFacts, refuseBadFiles, refuseUnstartable, type NodeFacts } from './node-facts.ts';

export interface RestartRequest {
  readonly cluster: LedCluster;
  /** The nodes that were named. */
  readonly nodes: readonly Node[];
  /** The nodes whose hosts are reached: those that were named, the primary, and what replicas answer. */
  readonly reached: readonly Node[];
  readonly hosts: HostSet;
  /** Which of the named nodes: all, those on which a parameter waits for it, or those that do not run. */
  readonly which: 'all' | 'pending' | 'stopped';
}

export interface RestartChoice {
  readonly facts: readonly NodeFacts[];
  readonly restarting: readonly NodeFacts[];
  readonly order: RestartOrder;
  /** What is done to the primary: every connection to it is closed, or it is stopped now. */
  readonly primary: 'restarted' | 'started' | 'left alone';
}

/** Who is restarted, in which order. Throws RefusedError when something would not come back. */
export async function chooseRestarts(request: RestartRequest): Promise<RestartChoice> {
  const { cluster, nodes, reached, hosts, which } = request;
  // A server that lost a file of its data may answer nothing that is asked next. Where settings wait, it was looked at before.
  if (which !== 'pending') await refuseUnfit(request, nodes);
  const facts = await readNodeFacts(cluster, reached, hosts);
  const isNamed = (node: Node): boolean => nodes.some(({ name }) => name === node.name);
  const isMeant = {
    all: () => true,
    pending: ({ pendingRestart }: NodeFacts) => pendingRestart.length > 0,
    stopped: ({ inRecovery }: NodeFacts) => inRecovery === undefined,
  }[which];
  const restarting = facts.filter((one) => isNamed(one.node) && isMeant(one));
  refuseUnstartable(cluster, restarting);
  refuseBadFiles(restarting);
  const stopped = restarting.filter(
    ({ node, inRecovery }) => inRecovery === undefined && node.name !== cluster.primary.name,
  );
  await refuseLackingPlaces(
    cluster,
    stopped.map(({ node }) => node),
    hosts,
  );
  const primary = facts.find(({ node }) => node.name === cluster.primary.name)!;
  const replicas = facts.filter((one) => one !== primary);
  refuseStrangeRoles(primary, replicas);
  refuseFormerPrimary(restarting, primary);
  if (restarting.length > 0 && !restarting.includes(primary)) refuseWithoutPrimary(primary, restarting);
  const asStandby = (one: NodeFacts): StandbyNode => standbyOf(one, restarting.includes(one));
  const order = restartOrder(asStandby(primary), replicas.map(asStandby));
  const done = primary.inRecovery === undefined ? 'started' : 'restarted';
  return { facts, restarting, order, primary: restarting.includes(primary) ? done : 'left alone' };
}

const standbyOf = ({ node, current, floor, atStart }: NodeFacts, restarts: boolean): StandbyNode => ({
  name: node.name,
  current,
  floor,
  wanted: atStart ?? current ?? {},
  restarts,
});

export interface RestartOptions {
  readonly onSilence: (node: string, seconds: number) => void;
}

/** Replicas, primary, replicas; a primary that does not run comes first, since replicas are seen to stream from it. */
export function restartPlan(
  { cluster, hosts }: Pick<RestartRequest, 'cluster' | 'hosts'>,
  choice: RestartChoice,
  { onSilence }: RestartOptions,
): readonly Stage[] {
  const { facts, restarting, order } = choice;
  const primary = hosts.get(cluster.primary.name);
  const begun = new Set<string>();
  // What one server could not start with waits in the files of the others for their next start.
  const undoOthers = async (): Promise<void> => {
    const waiting = facts.filter(
      ({ node, pendingRestart }) => pendingRestart.length > 0 && !begun.has(node.name),
    );
    await Promise.all(
      waiting.map(({ node }) => undoSettings(hosts.get(node.name), instanceOf(cluster, node))),
    );
  };
  const restart = (one: NodeFacts) =>
    restartNode(instanceOf(cluster, one.node), {
      as: one.node.name === cluster.primary.name ? 'primary' : 'replica',
      reasons: one.pendingRestart,
      onBegin: () => void begun.add(one.node.name),
      onSilence: (seconds) => onSilence(one.node.name, seconds),
      onUndone: undoOthers,
    });
  const named = (names: readonly string[]) => facts.filter(({ node }) => names.includes(node.name));
  const restartReplicas = (names: readonly string[]): Stage =>
    oneByOne(
      onMachines(
        named(names).some(({ inRecovery }) => inRecovery) ? 'Restart the replicas' : 'Start the replicas',
        named(names).map(({ node }) => node),
        hosts,
        (node) => [restart(named([node.name])[0]!), verifyStreaming(cluster, node, primary)],
      ),
    );
  const itself = restarting.find(({ node }) => node.name === cluster.primary.name);
  const isDown = itself?.inRecovery === undefined;
  const running = facts.filter(
    ({ node, inRecovery }) => inRecovery === true || (!isDown && order.before.includes(node.name)),
  );
  const primaryStages = itself
    ? [
        onlyOn(isDown ? 'Start the primary' : 'Restart the primary', primary, () => [restart(itself)]),
        together(
          'Verify that the replicas stream again',
          running.map(({ node }) => hosts.get(node.name)),
          ({ name }) => [verifyStreaming(cluster, named([name])[0]!.node, primary)],
        ),
      ]
    : [];
  const before = restartReplicas(order.before);
  const after = restartReplicas(order.after);
  const stages = isDown ? [...primaryStages, before, after] : [before, ...primaryStages, after];
  return stages.filter((stage) => stage.hosts.length > 0);
}

/** What setting a node up begins with is looked at before it is stopped, too. */
const refuseUnfit = async (
  { cluster, hosts }: Pick<RestartRequest, 'cluster' | 'hosts'>,
  nodes: readonly Node[],
): Promise<void> => {
  const control = hosts.get(cluster.control.name);
  await Promise.all(
    nodes.map((node) => {
      const role = node.name === cluster.primary.name ? 'primary' : 'replica';
      const wanted = {
        instance: instanceOf(cluster, node),
        owner: ownerOf(cluster, node),
        role,
        neededBytes: 0,
      } as const;
      return checkHost(wanted, { cluster, node, control, isToStart: true }).diff(hosts.get(node.name));
    }),
  );
};

/** Who is what must be sure before the order of restarts means anything. */
function refuseStrangeRoles(primary: NodeFacts, replicas: readonly NodeFacts[]): void {
  const writable = replicas.find(({ inRecovery }) => inRecovery === false);
  if (primary.inRecovery !== true && writable === undefined) return;
  const strange = writable ?? primary;
  throw new RefusedError({
    what:
      strange === primary
        ? `${primary.node.name} is a replica now, and was taken for the primary`
        : `${strange.node.name} takes writes of its own, and ${primary.node.name} is the primary`,
    next: ['see which node is the primary: dbctl status', 'nothing was changed'],
  });
}

/** A stopped node whose data is a primary's led before this one: started, it would lead beside it. */
function refuseFormerPrimary(restarting: readonly NodeFacts[], primary: NodeFacts): void {
  const former = restarting.filter((one) => one !== primary && one.inRecovery === undefined && one.leads);
  if (former.length === 0) return;
  const names = former.map(({ node }) => node.name);
  const others = restarting.filter((one) => !former.includes(one)).map(({ node }) => node.name);
  throw new RefusedError({
    what: `${names.join(' and ')} was a primary before ${primary.node.name}, and would be a second one`,
    why: `PostgreSQL does not run there, and its data has no standby.signal: a server that is started with it takes writes.`,
    next: [
      ...names.map((name) => `give it the data of ${primary.node.name}: dbctl reinit ${name}`),
      ...(others.length > 0 ? [`restart the others: dbctl restart ${others.join(' ')}`] : []),
      'nothing was changed',
    ],
  });
}

function refuseWithoutPrimary(primary: NodeFacts, restarting: readonly NodeFacts[]): void {
  if (primary.inRecovery !== undefined) return;
  const names = restarting.map(({ node }) => node.name).join(' ');
  throw new RefusedError({
    what: `PostgreSQL does not run on ${primary.node.name}, the primary`,
    why: 'Without it, dbctl cannot verify that a restarted replica streams again.',
    next: [`start the primary with them: dbctl restart ${primary.node.name} ${names}`, 'nothing was changed'],
  });
}
