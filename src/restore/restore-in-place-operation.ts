import type { PlanResult } from '../engine/run-plan.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import type { Host } from '../host/host.ts';
import { tellNotes } from '../kit/see-leader.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import type { LockedOperation } from '../operation/change-hosts.ts';
import { refuseUnderPatroni } from '../patroni/refuse-under-patroni.ts';
import { addReplicaPlan } from '../replication/add-replica-plan.ts';
import { refuseUnmountedDisk } from '../server/unmounted-disk-facts.ts';
import { readSource } from '../server/source-facts.ts';
import { backupTablespaces, controlPlace } from '../backup/pgbackrest-query.ts';
import { realPath } from '../system/paths.ts';
import { readRecord } from './place-restored-step.ts';
import { refuseLoss, refuseReplicasAhead } from './replica-data-facts.ts';
import type { RestoreTask, TaskHosts } from './restore-beside-plan.ts';
import { readRestoreFacts } from './restore-facts.ts';
import {
  discardReplicasPlan,
  finishInPlacePlan,
  isNewest,
  isRestoredInPlace,
  prepareInPlacePlan,
  replacePrimaryPlan,
  stopPrimaryPlan,
  undoPlan,
} from './restore-in-place-plan.ts';
import type { RestoreAnswer, RestoreSource } from './restore-request.ts';
import { describeLoss, lossByGap, type Loss } from './loss.ts';
import { stagingState } from './restore-query.ts';
import { chooseStart, describeTarget, keyOf, warnings } from './restore.ts';

/** Into the primary itself. What is asked for is made aside first; then the cluster's name must be typed. */
export async function restoreInPlace(
  asked: RestoreSource,
  { lostDisk }: { readonly lostDisk: boolean },
  access: ChangeAccess,
): Promise<RestoreAnswer> {
  const { cluster } = asked;
  refuseUnderPatroni(cluster, 'a restore in place', [
    'bring the data back beside the cluster, on a server of its own: dbctl backup restore --to HOST:PORT',
  ]);
  const { control: controlHost, primary: node } = cluster;
  const { changeHosts, confirm, dryRun } = access;
  const agree = (loss?: Loss): Promise<void> => confirm(cluster.name, consequences(asked, loss));
  // Where nobody can be asked, it is said now, not when hours of work are done.
  if (!process.stdin.isTTY) await agree();

  return changeHosts(cluster, [node], async (operation) => {
    const { hosts, carryOut } = operation;
    const control = hosts.get(controlHost.name);
    const place = hosts.get(node.name);
    await refuseUnmountedDisk(cluster, node, { place, control, hasLostDisk: lostDisk });
    const { task, isPlaced } = await taskOf(asked, control, place, access.login);
    const used = { control, place, primary: place };
    const parts: PlanResult[] = [];
    if (!(await isRestoredInPlace(task, place))) {
      if (!isPlaced) await tellNotes(await refuseLoss(task, place, access.login));
      parts.push(await carryOut(prepareInPlacePlan(task, used)));
      await agree(isNewest(task) ? lossByGap(task.start, task.facts) : undefined);
      parts.push(await stopPrimary(task, used, { carryOut, login: access.login, dryRun }));
      parts.push(await carryOut(replacePrimaryPlan(task, used)));
    }
    parts.push(await cloneReplicas(asked, operation, dryRun), await carryOut(finishInPlacePlan(task, place)));
    const record = dryRun ? undefined : await readRecord(place, instanceOf(cluster, node));
    return { where: 'in place', cluster, node, result: joined(parts), record };
  });
}

const consequences = (
  { cluster: { name, primary, replicas }, request }: RestoreSource,
  loss: Loss | undefined,
): string =>
  [
    ...(loss ? [`Lost for good: ${describeLoss(loss)}.`] : []),
    `${name} goes back to ${describeTarget(request)}: PostgreSQL on ${primary.name} is stopped, and its data is kept.`,
    `Replicas lose their data and are cloned again: ${replicas.map((one) => one.name).join(', ') || 'none'}.`,
  ].join('\n');

/** A restore that is refused, or fails, leaves the primary running as it was; one that was interrupted goes on later. */
async function stopPrimary(
  task: RestoreTask,
  used: TaskHosts,
  { carryOut, login, dryRun }: Pick<LockedOperation, 'carryOut'> & Pick<ChangeAccess, 'login' | 'dryRun'>,
): Promise<PlanResult> {
  try {
    const result = await carryOut(stopPrimaryPlan(task, used, { dryRun }));
    if (!dryRun) await refuseReplicasAhead(task, used.place, login);
    return result;
  } catch (error) {
    if (!(error instanceof RefusedError || error instanceof CommandError)) throw error;
    try {
      await carryOut(undoPlan(task, used.place));
    } catch (second) {
      throw new AggregateError([error, second], error.message, { cause: second });
    }
    throw error;
  }
}

async function taskOf(
  { cluster, backup, request }: RestoreSource,
  control: Host,
  primary: Host,
  login: LoginOptions,
): Promise<{ readonly task: RestoreTask; readonly isPlaced: boolean }> {
  const hosts = { control, primary };
  const [seen, staging] = await Promise.all([
    readRestoreFacts(cluster, backup, hosts, request, { inPlace: true, login }),
    primary.ask(stagingState(instanceOf(cluster, cluster.primary))),
  ]);
  // What an earlier run has put into place is judged already, with WAL of the data that is aside now.
  const isPlaced = staging?.request === keyOf(request) && !staging.hasData;
  const facts = isPlaced ? { ...seen, gaps: [] } : seen;
  const start = chooseStart(request, facts, backup.stanza);
  await tellNotes(warnings(start, facts));
  const [tablespaces, realDirectory] = await Promise.all([
    control.ask(backupTablespaces(controlPlace(cluster, backup), start)),
    primary.ask(realPath(instanceOf(cluster, cluster.primary).dataDirectory)),
  ]);
  const inPlace = { tablespaces, realDirectory };
  return { task: { cluster, backup, node: cluster.primary, request, start, facts, inPlace }, isPlaced };
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
