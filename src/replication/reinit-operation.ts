import type { Cluster } from '../model/cluster.ts';
import { seeLeader } from '../kit/see-leader.ts';
import { refuseLoss } from './loss.ts';
import { readLoss } from './loss-facts.ts';
import { findNode } from '../model/find-node.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { makeReplicas, type CloneChoice, type MadeReplicas, type Making } from './make-replicas-operation.ts';
import { chooseReinit, makeRoomPlan, refusePrimary } from './reinit-plan.ts';

interface ReinitFlags extends CloneChoice {
  readonly name: string;
  readonly delta: boolean;
  readonly lostDisk: boolean;
  readonly acceptLoss: string | undefined;
}

/** Gives a replica new data, when its name is typed. */
export async function reinitReplica(
  configured: Cluster,
  { name, delta, lostDisk, acceptLoss, ...choice }: ReinitFlags,
  access: ChangeAccess,
): Promise<MadeReplicas> {
  const node = findNode(configured, name);
  const cluster = await seeLeader(configured, access.login, node.name);
  refusePrimary(cluster, node);
  const prepare: Making['prepare'] = async (question) => {
    const host = question.hosts.get(node.name);
    const control = question.hosts.get(cluster.control.name);
    const place = { host, control, source: question.source };
    const { way, lost, data } = await chooseReinit(cluster, node, place, {
      delta,
      lostDisk,
      from: question.from,
    });
    const what = `${node.name} (${node.host}) is cloned again: its present data is discarded.`;
    const gone = `${node.name} (${node.host}) is cloned again: its data is not there.`;
    // What is being put right in place was given up by an earlier run.
    const loss = data === 'restoring' ? undefined : await readLoss(cluster, node, question.hosts);
    if (loss) refuseLoss(node, cluster.primary, loss, acceptLoss);
    const why = lost ? [gone, ...lost.why] : [what, ...(loss?.text ? [loss.text] : [])];
    await access.confirm(node.name, why.join('\n'));
    const room = makeRoomPlan(cluster, node, host, { way, data });
    return { question: { ...question, way }, room, replaces: true };
  };
  return makeReplicas({ cluster, nodes: [node], choice, prepare }, access);
}
