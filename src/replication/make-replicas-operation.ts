// What add-replica and reinit have in common: from where the data comes, the plan, and the answer.

import { ensureDrillSchedule } from '../backup/drill/drill-schedule-step.ts';
import { backupsInPlace } from '../backup/backups-in-place-facts.ts';
import { chooseReplicas, replicasAmong } from './choose-replicas.ts';
import { onMachines } from '../engine/on-machines.ts';
import type { PlanResult, Stage } from '../engine/run-plan.ts';
import { gatewayMachines, gatewayStages } from '../gateways/gateway-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { seeLeader } from '../kit/see-leader.ts';
import type { Backup } from '../model/backup.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { etcdMachines, memberPart, refuseBeforePatroni } from '../patroni/member-plan.ts';
import { isKept } from '../patroni/patroni.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import { ownerOf } from '../server/owner-facts.ts';
import { overriddenOn } from '../server/overrides-facts.ts';
import { readSource } from '../server/source-facts.ts';
import { addReplicaPlan, machinesForReplicas, replicasAlone } from './add-replica-plan.ts';
import { chooseCloneMethods, type CloneQuestion } from './clone-method-facts.ts';
import { forgetKeptData } from './make-room-step.ts';
import { replicationView, type ReplicationView } from './replication-facts.ts';

export interface CloneChoice {
  readonly restart: boolean;
  readonly from: CloneQuestion['from'];
}

export interface MadeReplicas {
  /** The cluster's name. */
  readonly cluster: string;
  readonly result: PlanResult;
  /** For replicas on which other settings win over those of the file. */
  readonly overridden: Error | undefined;
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
  /** What is decided before anything is done. It may ask, refuse, and change the question. */
  readonly prepare?: (question: CloneQuestion) => Promise<Prepared>;
}

interface Prepared {
  readonly question: CloneQuestion;
  /** How room is made for new data. */
  readonly room?: readonly Stage[];
  /** Whether what the nodes hold is replaced, whatever it is. */
  readonly replaces?: boolean;
}

/** Makes replicas, tells the other nodes of them, and answers how they stream. */
export async function makeReplicas(
  { cluster, nodes, choice: { from, restart }, prepare = unprepared }: Making,
  access: ChangeAccess,
): Promise<MadeReplicas> {
  const others = cluster.replicas.filter(({ name }) => nodes.every((node) => node.name !== name));
  const machines = [
    ...machinesForReplicas(cluster, nodes),
    ...others.map((other) => ({ ...other, mayBeDown: true })),
    ...gatewayMachines(cluster),
    ...etcdMachines(cluster),
  ];
  return access.changeHosts(cluster, machines, async ({ hosts, carryOut, endsWith }) => {
    await refuseBeforePatroni(cluster, hosts);
    const [source, backup, peers] = await Promise.all([
      readSource(cluster, hosts.get(cluster.primary.name)),
      backupsInPlace(cluster, hosts),
      peersAmong(cluster, others, hosts),
    ]);
    for (const other of others.filter(({ name }) => hosts.get(name).unreachable))
      access.remark(awayNote(other));
    const {
      question,
      room = [],
      replaces = false,
    } = await prepare({
      ...{ cluster, nodes, hosts, source, backup, from },
    });
    const methods = await chooseCloneMethods(question);
    const keepsOld = isKept(cluster);
    const options = { restart, backup, methods, replaces, room, peers, keepsOld };
    const result = await carryOut(
      [
        ...addReplicaPlan(cluster, nodes, { hosts, source }, options),
        memberPart(cluster, hosts, nodes),
        ...(keepsOld ? [forgetStage(cluster, nodes, hosts)] : []),
        (failed) => {
          const made = nodes.filter(({ name }) => !failed.has(name));
          return Promise.resolve(
            gatewayStages({ cluster, hosts, nodes: [cluster.primary, ...peers, ...made] }),
          );
        },
        ...(backup ? [drillStage({ cluster, backup, hosts }, [cluster.primary, ...peers, ...nodes])] : []),
      ],
      { mayFail: replicasAlone(cluster) },
    );
    return {
      cluster: cluster.name,
      result,
      overridden: await overriddenOn(cluster, nodes, { hosts, endsWith }),
      replicas: access.dryRun ? [] : await replicationView(cluster, nodes, hosts),
      isProtected: cluster.backup === undefined ? null : backup !== undefined,
    };
  });
}

/** Which of the other replicas can be told: their hosts answer, and they have a replica's data. A former primary is left alone. */
async function peersAmong(
  cluster: LedCluster,
  others: readonly Node[],
  hosts: HostSet,
): Promise<readonly Node[]> {
  const reached = others.filter(({ name }) => hosts.get(name).unreachable === undefined);
  const found = await Promise.all(
    reached.map((node) => hosts.get(node.name).ask(hostFacts(instanceOf(cluster, node)))),
  );
  return reached.filter((node, index) => {
    const { owner, isStandby } = found[index]!;
    return owner === ownerOf(cluster, node) && isStandby;
  });
}

/** When everything else was done: until then the same command goes on from there. */
const forgetStage = (cluster: LedCluster, nodes: readonly Node[], hosts: HostSet): Stage =>
  onMachines('Remove the old copy of the data', nodes, hosts, (node) => [
    forgetKeptData(instanceOf(cluster, node)),
  ]);

const awayNote = ({ name }: Node): string =>
  `${name} does not respond, and is not told of the new replicas; when it is back: dbctl up`;

/** Where one of the new replicas rehearses restores from now on, whoever did so before is to stop. */
const drillStage = (
  {
    cluster,
    backup,
    hosts,
  }: { readonly cluster: LedCluster; readonly backup: Backup; readonly hosts: HostSet },
  nodes: readonly Node[],
): Stage =>
  onMachines('Schedule restore drills', nodes, hosts, (node) => ensureDrillSchedule(cluster, backup, node));

const unprepared = (question: CloneQuestion): Promise<Prepared> => Promise.resolve({ question });
