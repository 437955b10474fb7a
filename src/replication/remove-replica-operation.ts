import { backupsInPlace } from '../backup/backups-in-place-facts.ts';
import { withoutReplica } from '../config/edit.ts';
import type { PlanResult } from '../engine/run-plan.ts';
import { gatewayMachines } from '../gateways/gateway-plan.ts';
import { probeReachability, type Reachability } from '../host/reachability.ts';
import { ledBy, type Cluster, type LedCluster, type Node } from '../model/cluster.ts';
import { ConfigError, UnreachableError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import type { LockedOperation } from '../operation/change-hosts.ts';
import { seeLeader } from '../kit/see-leader.ts';
import { isNamed } from '../model/find-node.ts';
import { readSource } from '../server/source-facts.ts';
import { findReplica } from './find-replica-facts.ts';
import { readLoss } from './loss-facts.ts';
import { refuseLoss } from './loss.ts';
import { readRemovalFacts, type RemovalPlace } from './removal-facts.ts';
import type { Removal } from './removal-text.ts';
import { refuseEtcdHost, refuseRemoval } from './removal.ts';
import { removeReplicaPlan } from './remove-replica-plan.ts';
import { keptRemovedData } from './retire-query.ts';
import { leftOnHost } from './retire-node-step.ts';

interface RemovalRequest {
  readonly name: string;
  readonly wipe: boolean;
  readonly dead: boolean;
  readonly acceptLoss: string | undefined;
}

interface Removed {
  readonly node: Node;
  readonly primary: Node;
  readonly result: PlanResult;
  readonly removal: Removal;
}

/** Takes a replica out of its cluster, as far as its host can be reached. */
export async function removeReplicaFrom(
  configured: Cluster,
  request: RemovalRequest,
  access: ChangeAccess,
): Promise<Removed> {
  if (request.dead && request.wipe) throw nothingToWipe();
  const named = configured.nodes.find((node) => isNamed(node, request.name));
  const cluster = await seeLeader(configured, access.login, request.wipe ? named?.name : undefined);
  const node = await findReplica(cluster, request.name, { ...access.login, ssh: cluster.ssh });
  refuseEtcdHost(cluster, node);
  const { reachable, unreachable } = await reach(cluster, node, request, access);
  if (unreachable.some(({ name }) => name === node.name)) access.remark(deadNote(node));
  const machines = [cluster.control, cluster.primary, ...reachable, ...gatewayMachines(cluster)];
  return access.changeHosts(cluster, machines, async (operation) => {
    const names = reachable.map(({ name }) => name);
    const { place, isOurs, result } = await remove({ cluster, node, reachable: names }, request, {
      ...access,
      ...operation,
    });
    const kept = access.dryRun || !isOurs ? undefined : await keptData(place);
    const loss =
      kept === undefined ? undefined : await readLoss(cluster, node, operation.hosts, `${kept}/data`);
    const removal = {
      node: node.name,
      isReached: place.isReached,
      isOurs: isOurs ?? null,
      isWiped: request.wipe,
      keptData: kept ?? null,
      onlyInKeptData: loss?.from === undefined ? null : loss.text,
      left: place.isReached ? [] : leftOnHost(cluster, node),
      notReached: unreachable.map(({ name }) => name).filter((name) => name !== node.name),
    };
    return { node, primary: cluster.primary, result, removal };
  });
}

/** The replicas, by whether their hosts answer; the node itself is not asked when it is said to be dead. */
async function reach(
  { replicas, ssh }: LedCluster,
  node: Node,
  { dead }: RemovalRequest,
  { login }: ChangeAccess,
): Promise<Reachability> {
  const options = { ...login, ssh };
  const others = replicas.filter(({ name }) => name !== node.name);
  const itself = probeReachability(dead ? [] : [node], options).catch((error: unknown) => {
    throw error instanceof UnreachableError ? refusesUs(error, node) : error;
  });
  const [own, rest] = await Promise.all([itself, probeReachability(others, options)]);
  return {
    reachable: [...own.reachable, ...rest.reachable],
    unreachable: [...own.unreachable, ...rest.unreachable],
  };
}

interface Leaving {
  readonly cluster: LedCluster;
  readonly node: Node;
  /** Replicas whose hosts are reached. */
  readonly reachable: readonly string[];
}

async function remove(
  { cluster, node, reachable }: Leaving,
  { wipe, dead, acceptLoss }: RemovalRequest,
  { hosts, carryOut, confirm }: LockedOperation & Pick<ChangeAccess, 'confirm'>,
) {
  const after = ledBy(withoutReplica(cluster.file, node).cluster, cluster.primary);
  await readSource(cluster, hosts.get(cluster.primary.name));
  const place: RemovalPlace = {
    cluster,
    node,
    hosts,
    others: after.replicas.filter((one) => reachable.includes(one.name)),
    isReached: reachable.includes(node.name),
    backup: (await backupsInPlace(cluster, hosts)) && after.backup,
  };
  const facts = await readRemovalFacts(place);
  refuseRemoval(facts, { wipe, dead });
  const isOurs = facts.sight?.isOurs;
  if (wipe) {
    const loss = isOurs ? await readLoss(cluster, node, hosts) : undefined;
    if (loss) refuseLoss(node, cluster.primary, loss, acceptLoss);
    const what = `The data of ${node.name} (${node.host}) is deleted permanently.`;
    await confirm(node.name, [what, ...(loss?.text ? [loss.text] : [])].join('\n'));
  }
  const choice = { after, isOurs: isOurs ?? false, wipe, stamp: stampOf(new Date()) };
  return { place, isOurs, result: await carryOut(removeReplicaPlan(place, choice)) };
}

const keptData = ({ cluster, node, hosts }: RemovalPlace): Promise<string | undefined> =>
  hosts.get(node.name).ask(keptRemovedData(instanceOf(cluster, node)));

const deadNote = ({ name, host }: Node): string =>
  `${host} does not respond: ${name} is treated as dead, and removed without its host`;

/** "20261121-100000", UTC. */
const stampOf = (time: Date): string =>
  time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

/** A host that is there may come back with a server that goes on, so it is not taken for dead without being told. */
const refusesUs = (error: UnreachableError, { name }: Node): UnreachableError =>
  new UnreachableError({
    what: error.message,
    ...(error.why === undefined ? {} : { why: error.why }),
    next: [...error.next, `or, if its host is gone permanently: dbctl remove-replica ${name} --dead`],
    cause: error.cause,
  });

const nothingToWipe = (): ConfigError =>
  new ConfigError({
    what: '--wipe and --dead exclude each other: data on a host that is gone cannot be wiped',
    next: ['use one of them'],
  });
