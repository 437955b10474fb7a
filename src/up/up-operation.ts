// Brings the whole cluster to what its file says: look, then do what was found.

import type { Cluster } from '../model/cluster.ts';
import type { PlannedChange } from '../engine/plan.ts';
import type { PlanResult } from '../engine/run-plan.ts';
import type { Override } from '../server/overrides.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import type { LockedOperation } from '../operation/change-hosts.ts';
import { tellNotes } from '../kit/see-leader.ts';
import { machinesForUp } from './machines-for-up.ts';

export interface UpRequest {
  readonly cluster: Cluster;
  /** Whether PostgreSQL is restarted where a setting needs it. */
  readonly restart: boolean;
  /** Whether the primary of the file is made to lead, where another node does. */
  readonly switchover: boolean;
  /** After which position what the primary of the file has not may be lost, where the one that led is gone. */
  readonly acceptLoss: string | undefined;
  /** A file with what `dbctl plan -o json` answered. */
  readonly planFile: string | undefined;
}

export interface UpAnswer {
  readonly result: PlanResult;
  /** For hosts that are down, without which the rest is done; or for servers on which other settings win over the file's. */
  readonly problem: Error | undefined;
}

export async function bringUp(request: UpRequest, access: ChangeAccess): Promise<UpAnswer> {
  const { cluster } = request;
  // Two hundred files, read while the hosts answer the logins.
  const loading = import('./look-ahead-plan.ts');
  return access.changeHosts(cluster, machinesForUp(cluster), async (operation) => {
    const moved = request.switchover ? await moveFirst(request, operation, access) : [];
    // In a dry run the other node does not lead yet, and what comes after it is not known.
    if (access.dryRun && moved.length > 0) return { result: { changes: moved }, problem: undefined };
    const { result: made, overrides } = await converge(request, operation, access);
    const result = { ...made, changes: [...moved, ...made.changes] };
    const { overridden } = await import('../server/overrides.ts');
    const problem = (await loading).unreachableIn(cluster, operation.hosts) ?? overridden(overrides);
    if (problem) operation.endsWith(problem);
    return { result, problem };
  });
}

/** Lets the primary of the file lead, when the file was edited so, or when an earlier run was cut off on the way. */
async function moveFirst(
  { cluster, acceptLoss }: UpRequest,
  operation: LockedOperation,
  access: ChangeAccess,
): Promise<PlanResult['changes']> {
  const { hosts } = operation;
  const { unfinishedSwitchover } = await import('../switchover/switchover-note-step.ts');
  const { moveIn } = await import('../switchover/switchover-operation.ts');
  const { readTopologyOn } = await import('../postgres/topology-query.ts');
  const begun = await unfinishedSwitchover(cluster, hosts.get(cluster.control.name));
  const { configuredPrimary: candidate } = cluster;
  const { leader, followers } = await readTopologyOn(cluster, hosts);
  const isReplica = followers.some(({ node }) => node.name === candidate.name);
  if (leader === undefined && (begun === undefined ? isReplica : begun.isDead)) {
    const { failOverIn } = await import('../switchover/failover-operation.ts');
    const { result, to } = await failOverIn(operation, cluster, { candidate, acceptLoss }, access);
    if (!access.dryRun) await tellNotes([`${to} is the primary now`]);
    return result.changes;
  }
  if (begun === undefined) {
    const { leaderForUp } = await import('./leader-for-up-facts.ts');
    const { asked } = await leaderForUp(cluster, hosts);
    if (asked === undefined) return [];
    await tellNotes(asked.notes);
  }
  const { result, to, silentSeconds } = await moveIn(operation, cluster, candidate, access);
  if (silentSeconds !== undefined)
    await tellNotes([
      `${to} is the primary now; no node took writes for ${silentSeconds.toFixed(1)} s at most`,
    ]);
  return result.changes;
}

interface Converged {
  readonly result: PlanResult;
  readonly overrides: readonly Override[];
}

async function converge(
  { cluster: configured, restart, planFile }: UpRequest,
  operation: LockedOperation,
  access: ChangeAccess,
): Promise<Converged> {
  const { leaderForUp } = await import('./leader-for-up-facts.ts');
  const { planUp, reachedNodes } = await import('./look-ahead-plan.ts');
  const { replicasAlone } = await import('../replication/add-replica-plan.ts');
  const { upPlan } = await import('./up-plan.ts');
  const { hosts } = operation;
  const led = await leaderForUp(configured, hosts);
  if (led.asked) throw led.asked.refusal;
  const { cluster, notes } = led;
  await tellNotes(notes);
  const { overrides, ...planned } = await planUp(cluster, hosts);
  if (planFile !== undefined) await refuseWhenStale(planFile, planned.changes);
  if (planned.changes.length === 0 || access.dryRun) return { result: planned, overrides };
  const { agreeToPasswords } = await import('../server/agree-to-passwords.ts');
  const changed = planned.changes.flatMap(({ id, subject }) =>
    id === 'role.password' && subject !== undefined ? subject : [],
  );
  // A plan in a file was read.
  const passwords =
    planFile === undefined ? await agreeToPasswords(cluster, changed, access) : { agreed: changed };
  const isPlanned = (name: string): boolean =>
    planned.changes.some(({ host, disrupts }) => disrupts && host === name);
  const nodes = reachedNodes(cluster, hosts);
  const restarting = restart ? nodes.filter(({ name }) => isPlanned(name)) : [];
  const result = await operation.carryOut(upPlan({ cluster, nodes, hosts, restarting, passwords }), {
    mayFail: replicasAlone(cluster),
  });
  const { readOverrides } = await import('../server/overrides-facts.ts');
  return { result, overrides: await readOverrides(cluster, nodes, hosts) };
}

async function refuseWhenStale(file: string, planned: readonly PlannedChange[]): Promise<void> {
  const { readPlanFile } = await import('./plan-file.ts');
  const { refuseStalePlan } = await import('./stale-plan.ts');
  refuseStalePlan(readPlanFile(file), planned);
}
