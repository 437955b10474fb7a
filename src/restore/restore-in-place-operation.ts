import type { PlanResult } from '../engine/run-plan.ts';
import type { Host } from '../host/host.ts';
import { instanceOf } from '../model/instance.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import type { LockedOperation } from '../operation/change-hosts.ts';
import { addReplicaPlan } from '../replication/add-replica-plan.ts';
import { readSource } from '../server/source-facts.ts';
import { readRecord } from './place-restored-step.ts';
import type { RestoreTask } from './restore-beside-plan.ts';
import { readRestoreFacts } from './restore-facts.ts';
import {
  discardReplicasPlan,
  finishInPlacePlan,
  isRestoredInPlace,
  prepareInPlacePlan,
  replacePrimaryPlan,
} from './restore-in-place-plan.ts';
import type { RestoreAnswer, RestoreSource } from './restore-request.ts';
import { chooseStart, describeTarget } from './restore.ts';

/** Into the primary itself. What is asked for is made aside first; then the cluster's name must be typed. */
export async function restoreInPlace(asked: RestoreSource, access: ChangeAccess): Promise<RestoreAnswer> {
  const { cluster } = asked;
  const { control: controlHost, primary: node } = cluster;
  const { changeHosts, confirm, dryRun } = access;
  const agree = (): Promise<void> => confirm(cluster.name, consequences(asked));
  // Where nobody can be asked, it is said now, not when hours of work are done.
  if (!process.stdin.isTTY) await agree();

  return changeHosts(cluster, [node], async (operation) => {
    const { hosts, carryOut } = operation;
    const control = hosts.get(controlHost.name);
    const place = hosts.get(node.name);
    const task = await taskOf(asked, control, place);
    const used = { control, place, primary: place };
    const parts: PlanResult[] = [];
    if (!(await isRestoredInPlace(task, place))) {
      parts.push(await carryOut(prepareInPlacePlan(task, used)));
      await agree();
      parts.push(await carryOut(replacePrimaryPlan(task, used)));
    }
    parts.push(await cloneReplicas(asked, operation, dryRun), await carryOut(finishInPlacePlan(task, place)));
    const record = dryRun ? undefined : await readRecord(place, instanceOf(cluster, node));
    return { where: 'in place', cluster, node, result: joined(parts), record };
  });
}

const consequences = ({ cluster: { name, primary, replicas }, request }: RestoreSource): string =>
  [
    `${name} goes back to ${describeTarget(request)}: PostgreSQL on ${primary.name} is stopped, and its data is kept.`,
    `Replicas lose their data and are cloned again: ${replicas.map((one) => one.name).join(', ') || 'none'}.`,
  ].join('\n');

async function taskOf(
  { cluster, backup, request }: RestoreSource,
  control: Host,
  primary: Host,
): Promise<RestoreTask> {
  const facts = await readRestoreFacts(cluster, backup, { control, primary }, request);
  const start = chooseStart(request, facts, backup.stanza);
  return { cluster, backup, node: cluster.primary, request, start };
}

/** The primary is back before any replica is asked for: one that is gone must not hold it up. */
async function cloneReplicas(
  { cluster }: RestoreSource,
  { carryOut, alsoOn }: LockedOperation,
  dryRun: boolean,
): Promise<PlanResult> {
  const { control, primary, replicas } = cluster;
  if (replicas.length === 0) return { changes: [] };
  return alsoOn([control, primary, ...replicas], async (hosts) => {
    const source = hosts.get(primary.name);
    const discarded = await carryOut(await discardReplicasPlan(cluster, { hosts, primary: source, dryRun }));
    if (dryRun) return discarded;
    const from = { hosts, source: await readSource(cluster, source) };
    const plan = addReplicaPlan(cluster, replicas, from, { restart: true });
    return joined([discarded, await carryOut(plan)]);
  });
}

const joined = (parts: readonly PlanResult[]): PlanResult => ({
  changes: parts.flatMap(({ changes }) => changes),
});
