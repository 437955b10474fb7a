// What add-replica and reinit have in common: from where the data comes, the plan, and the answer.

import { Option, type Command } from 'commander';
import type { Cluster, Node } from '../cluster/cluster.ts';
import type { Stage } from '../engine/run-plan.ts';
import type { CloneQuestion } from '../operations/replica/clone-methods.ts';
import { answer, type ChangeFlags } from './change.ts';
import { changeHosts } from './change-hosts.ts';

export interface CloneFlags extends ChangeFlags {
  readonly from: CloneQuestion['from'];
}

export const withFromFlag = (command: Command): Command =>
  command.addOption(
    new Option('--from <source>', 'what the data is made from; auto takes what is faster')
      .choices(['auto', 'primary', 'backup'])
      .default('auto'),
  );

export interface Making {
  readonly cluster: Cluster;
  readonly nodes: readonly Node[];
  readonly flags: CloneFlags;
  /** What comes before the data is made. It may ask, refuse, and change the question. */
  readonly prepare?: (question: CloneQuestion) => Promise<Prepared>;
}

export interface Prepared {
  readonly question: CloneQuestion;
  readonly stages: readonly Stage[];
}

/** Makes replicas, and shows how they stream. */
export async function makeReplicas(command: Command, making: Making): Promise<void> {
  const { cluster, nodes, flags, prepare = unprepared } = making;
  const { addReplicaPlan, machinesForReplicas } = await import('../operations/replica/add-replica.ts');
  const { readSource } = await import('../operations/replica/source.ts');
  const { backupsInPlace } = await import('../operations/backup/backups-in-place.ts');
  const { chooseCloneMethods } = await import('../operations/replica/clone-methods.ts');
  const { replicationView } = await import('../operations/replication-view.ts');
  const { replicationText } = await import('../ui/replication-table.ts');

  const machines = machinesForReplicas(cluster, nodes);
  await changeHosts(command, { cluster, machines, flags }, async ({ hosts, carryOut }) => {
    const [source, backup] = await Promise.all([
      readSource(cluster, hosts.get(cluster.primary.name)),
      backupsInPlace(cluster, hosts),
    ]);
    const { question, stages } = await prepare({ cluster, nodes, hosts, source, backup, from: flags.from });
    const methods = await chooseCloneMethods(question);
    const options = { restart: flags.restart ?? false, backup, methods };
    const plan = [...stages, ...addReplicaPlan(cluster, nodes, { hosts, source }, options)];
    const result = await carryOut(plan);
    const view = flags.dryRun ? [] : await replicationView(cluster, nodes, hosts);
    const isProtected = cluster.backup === undefined ? null : backup !== undefined;
    const hint = isProtected === false ? 'not protected: dbctl backup setup\n' : '';
    await answer(command, result, flags, {
      text: `${replicationText(view)}${hint}`,
      json: { replicas: view, isProtected },
    });
  });
}

const unprepared = (question: CloneQuestion): Promise<Prepared> => Promise.resolve({ question, stages: [] });
