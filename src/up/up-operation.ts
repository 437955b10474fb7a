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
    const { result, overrides } = await converge(request, operation, access);
    const { overridden } = await import('../server/overrides.ts');
    const problem = (await loading).unreachableIn(cluster, operation.hosts) ?? overridden(overrides);
    if (problem) operation.endsWith(problem);
    return { result, problem };
  });
}

interface Converged {
  readonly result: PlanResult;
  readonly overrides: readonly Override[];
}

async function converge(
  { cluster: configured, restart, planFile }: UpRequest,
  operation: LockedOperation,
  { dryRun, confirm }: ChangeAccess,
): Promise<Converged> {
  const { leaderForUp } = await import('./leader-for-up-facts.ts');
  const { planUp, reachedNodes } = await import('./look-ahead-plan.ts');
  const { replicasAlone } = await import('../replication/add-replica-plan.ts');
  const { upPlan } = await import('./up-plan.ts');
  const { hosts } = operation;
  const { cluster, notes } = await leaderForUp(configured, hosts);
  await tellNotes(notes);
  const { overrides, ...planned } = await planUp(cluster, hosts);
  if (planFile !== undefined) await refuseWhenStale(planFile, planned.changes);
  if (planned.changes.length === 0 || dryRun) return { result: planned, overrides };
  // A plan in a file was read.
  if (planFile === undefined) {
    const { agreeToPasswords } = await import('../server/agree-to-passwords.ts');
    const changed = planned.changes.filter(({ id }) => id === 'role.password');
    await agreeToPasswords(
      cluster,
      changed.flatMap(({ subject }) => subject ?? []),
      confirm,
    );
  }
  const isPlanned = (name: string): boolean =>
    planned.changes.some(({ host, disrupts }) => disrupts && host === name);
  const nodes = reachedNodes(cluster, hosts);
  const restarting = restart ? nodes.filter(({ name }) => isPlanned(name)) : [];
  const result = await operation.carryOut(upPlan({ cluster, nodes, hosts, restarting }), {
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
