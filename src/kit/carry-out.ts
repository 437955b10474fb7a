import type { Plan, PlanOptions, PlanResult } from '../engine/run-plan.ts';

/** Runs a plan with its progress on stderr. One that changes the cluster is given to `LockedOperation`. */
export async function carryOut(
  plan: Plan,
  options: Pick<PlanOptions, 'journal' | 'mayFail'> = {},
): Promise<PlanResult> {
  const { runPlan } = await import('../engine/run-plan.ts');
  const { progressFor } = await import('../ui/progress-for.ts');
  const { listenForInterrupt } = await import('../ui/interrupt.ts');
  const { notices } = await import('../ui/current-run.ts');
  const isInterrupted = listenForInterrupt(notices(process.stderr));
  return runPlan(plan, await progressFor(process.stderr), { isInterrupted, ...options });
}
