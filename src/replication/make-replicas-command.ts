// What add-replica and reinit have in common: from where the data comes, the plan, and the answer.

import { Option, type Command } from 'commander';
import type { LedCluster, Node } from '../model/cluster.ts';
import type { Stage } from '../engine/run-plan.ts';
import type { CloneQuestion } from './clone-method-facts.ts';
import { answer, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';

export interface CloneFlags extends ChangeFlags {
  readonly from: CloneQuestion['from'];
}

export const withFromFlag = (command: Command): Command =>
  command.addOption(
    new Option('--from <source>', 'where the data is copied from; auto takes the faster source')
      .choices(['auto', 'primary', 'backup'])
      .default('auto'),
  );

export interface Making {
  readonly cluster: LedCluster;
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
  const { addReplicaPlan, machinesForReplicas } = await import('./add-replica-plan.ts');
  const { readSource } = await import('../server/source-facts.ts');
  const { backupsInPlace } = await import('../backup/backups-in-place-facts.ts');
  const { chooseCloneMethods } = await import('./clone-method-facts.ts');
  const { replicationView } = await import('./replication-facts.ts');
  const { replicationText } = await import('./replication-text.ts');

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
