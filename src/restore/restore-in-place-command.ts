import type { Command } from 'commander';
import type { PlanResult, Stage } from '../engine/run-plan.ts';
import type { RestoreTask, TaskHosts } from './restore-beside-plan.ts';
import type { Host } from '../host/host.ts';
import { answer } from '../kit/change.ts';
import { changeHosts, type LockedOperation } from '../operation/change-hosts.ts';
import type { Asked, Flags } from './restore-request.ts';

/** Into the primary itself. What is asked for is made aside first; then the cluster's name must be typed. */
export async function restoreInPlace(asked: Asked, command: Command): Promise<void> {
  const { cluster, flags } = asked;
  const { instanceOf } = await import('../model/instance.ts');
  const { finishInPlacePlan, isRestoredInPlace } = await import('./restore-in-place-plan.ts');
  const { readRecord } = await import('./place-restored-step.ts');
  const { inPlaceText } = await import('./restore-text.ts');
  const { control, primary: node } = cluster;
  // Where nobody can be asked, it is said now, not when hours of work are done.
  if (!process.stdin.isTTY) await agree(asked);

  await changeHosts(command, { cluster, machines: [node], flags }, async (turn) => {
    const { hosts, carryOut } = turn;
    const place = hosts.get(node.name);
    const task = await taskOf(asked, hosts.get(control.name), place);
    const isDone = await isRestoredInPlace(task, place);
    const used = { control: hosts.get(control.name), place, primary: place };
    const parts = [
      ...(isDone ? [] : [await replacePrimary(task, used, turn, flags)]),
      await cloneReplicas(asked, turn),
      await carryOut(finishInPlacePlan(task, place)),
    ];
    const record = flags.dryRun ? undefined : await readRecord(place, instanceOf(cluster, node));
    const text = record ? inPlaceText({ cluster, node, record }) : '';
    await answer(command, joined(parts), flags, { text, json: { restored: record ?? null } });
  });
}

/** A dry run replaces nothing, so it need not be agreed to. */
async function agree({
  cluster,
  request,
  flags,
}: Pick<Asked, 'cluster' | 'request' | 'flags'>): Promise<void> {
  const { describeTarget } = await import('./restore.ts');
  const { confirmByName } = await import('../ui/confirm.ts');
  const { name, primary, replicas } = cluster;
  const what = [
    `${name} goes back to ${describeTarget(request)}: PostgreSQL on ${primary.name} is stopped, and its data is kept.`,
    `Replicas lose their data and are cloned again: ${replicas.map((one) => one.name).join(', ') || 'none'}.`,
  ];
  await confirmByName(name, what.join('\n'), { yes: flags.yes === true || flags.dryRun === true });
}

async function taskOf(
  { cluster, backup, request }: Asked,
  control: Host,
  primary: Host,
): Promise<RestoreTask> {
  const { chooseStart } = await import('./restore.ts');
  const { readRestoreFacts } = await import('./restore-facts.ts');
  const facts = await readRestoreFacts(cluster, backup, { control, primary }, request);
  const start = chooseStart(request, facts, backup.stanza);
  return { cluster, backup, node: cluster.primary, request, start };
}

async function replacePrimary(
  task: RestoreTask,
  hosts: TaskHosts,
  { carryOut }: LockedOperation,
  flags: Flags,
): Promise<PlanResult> {
  const { prepareInPlacePlan, replacePrimaryPlan } = await import('./restore-in-place-plan.ts');
  const prepared = await carryOut(prepareInPlacePlan(task, hosts));
  await agree({ ...task, flags });
  return joined([prepared, await carryOut(replacePrimaryPlan(task, hosts))]);
}

/** The primary is back before any replica is asked for: one that is gone must not hold it up. */
async function cloneReplicas(
  { cluster, flags }: Asked,
  { carryOut, alsoOn }: LockedOperation,
): Promise<PlanResult> {
  const { control, primary, replicas } = cluster;
  const dryRun = flags.dryRun ?? false;
  if (replicas.length === 0) return { changes: [] };
  const { discardReplicasPlan } = await import('./restore-in-place-plan.ts');
  const { addReplicaPlan } = await import('../replication/add-replica-plan.ts');
  const { readSource } = await import('../server/source-facts.ts');
  return alsoOn([control, primary, ...replicas], async (hosts) => {
    const source = hosts.get(primary.name);
    const discarded = await carryOut(await discardReplicasPlan(cluster, { hosts, primary: source, dryRun }));
    if (dryRun) return discarded;
    const plan: readonly Stage[] = addReplicaPlan(
      cluster,
      replicas,
      { hosts, source: await readSource(cluster, source) },
      { restart: true },
    );
    return joined([discarded, await carryOut(plan)]);
  });
}

const joined = (parts: readonly PlanResult[]): PlanResult => ({
  changes: parts.flatMap(({ changes }) => changes),
});
