import type { LedCluster } from '../model/cluster.ts';
import { lostBy } from './divergence.ts';
import { findNode } from '../model/find-node.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { makeReplicas, type CloneChoice, type MadeReplicas, type Making } from './make-replicas-operation.ts';
import { chooseReinit, makeRoomPlan, refusePrimary } from './reinit-plan.ts';

interface ReinitFlags extends CloneChoice {
  readonly name: string;
  readonly delta: boolean;
}

/** Gives a replica new data, when its name is typed. */
export async function reinitReplica(
  cluster: LedCluster,
  { name, delta, ...choice }: ReinitFlags,
  access: ChangeAccess,
): Promise<MadeReplicas> {
  const node = findNode(cluster, name);
  refusePrimary(cluster, node);
  const prepare: Making['prepare'] = async (question) => {
    const host = question.hosts.get(node.name);
    const place = { host, source: question.source };
    const way = await chooseReinit(cluster, node, place, { delta, from: question.from });
    const what = `${node.name} (${node.host}) is cloned again: its present data is discarded.`;
    const lost = await lostBy(cluster, node, question.hosts);
    await access.confirm(node.name, [what, ...lost].join('\n'));
    const stages = makeRoomPlan(cluster, node, host, way);
    return { question: { ...question, way }, stages, replaces: true };
  };
  return makeReplicas({ cluster, nodes: [node], choice, prepare }, access);
}
