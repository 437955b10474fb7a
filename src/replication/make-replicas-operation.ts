// What add-replica and reinit have in common: from where the data comes, the plan, and the answer.

import { backupsInPlace } from '../backup/backups-in-place-facts.ts';
import { chooseReplicas, replicasAmong } from '../config/choose-replicas.ts';
import type { PlanResult, Stage } from '../engine/run-plan.ts';
import { seeLeader } from '../kit/see-leader.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { readSource } from '../server/source-facts.ts';
import { addReplicaPlan, machinesForReplicas } from './add-replica-plan.ts';
import { chooseCloneMethods, type CloneQuestion } from './clone-method-facts.ts';
import { replicationView, type ReplicationView } from './replication-facts.ts';

export interface CloneChoice {
  readonly restart: boolean;
  readonly from: CloneQuestion['from'];
}

export interface MadeReplicas {
  readonly result: PlanResult;
  readonly replicas: readonly ReplicationView[];
  /** null where the file sets up no backups. */
  readonly isProtected: boolean | null;
}

/** Makes replicas of the file, or new ones that are added to it. */
export async function addReplicas(
  file: string,
  { names, ...choice }: CloneChoice & { readonly names: readonly string[] },
  access: ChangeAccess,
): Promise<MadeReplicas> {
  const { cluster: listed, named } = chooseReplicas(file, names);
  const cluster = await seeLeader(listed, access.login);
  return makeReplicas({ cluster, nodes: replicasAmong(cluster, named), choice }, access);
}

export interface Making {
  readonly cluster: LedCluster;
  readonly nodes: readonly Node[];
  readonly choice: CloneChoice;
  /** What comes before the data is made. It may ask, refuse, and change the question. */
  readonly prepare?: (question: CloneQuestion) => Promise<Prepared>;
}

interface Prepared {
  readonly question: CloneQuestion;
  readonly stages: readonly Stage[];
  /** Whether what the nodes hold is replaced, whatever it is. */
  readonly replaces?: boolean;
}

/** Makes replicas, and answers how they stream. */
export const makeReplicas = (
  { cluster, nodes, choice: { from, restart }, prepare = unprepared }: Making,
  { changeHosts, dryRun }: Pick<ChangeAccess, 'changeHosts' | 'dryRun'>,
): Promise<MadeReplicas> =>
  changeHosts(cluster, machinesForReplicas(cluster, nodes), async ({ hosts, carryOut }) => {
    const [source, backup] = await Promise.all([
      readSource(cluster, hosts.get(cluster.primary.name)),
      backupsInPlace(cluster, hosts),
    ]);
    const {
      question,
      stages,
      replaces = false,
    } = await prepare({
      ...{ cluster, nodes, hosts, source, backup, from },
    });
    const methods = await chooseCloneMethods(question);
    const options = { restart, backup, methods, replaces };
    const plan = [...stages, ...addReplicaPlan(cluster, nodes, { hosts, source }, options)];
    return {
      result: await carryOut(plan),
      replicas: dryRun ? [] : await replicationView(cluster, nodes, hosts),
      isProtected: cluster.backup === undefined ? null : backup !== undefined,
    };
  });

const unprepared = (question: CloneQuestion): Promise<Prepared> => Promise.resolve({ question, stages: [] });
