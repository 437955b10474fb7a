import type { Journal } from '../engine/journal.ts';
import type { Plan, PlanResult } from '../engine/run-plan.ts';

/** Runs a plan with its progress on stderr. One that changes the cluster is given to `LockedOperation`. */
export async function carryOut(plan: Plan, journal?: Journal): Promise<PlanResult> {
  const { runPlan } = await import('../engine/run-plan.ts');
  const { progressFor } = await import('../ui/progress-for.ts');
  const { listenForInterrupt } = await import('../ui/interrupt.ts');
  const { notices } = await import('../ui/current-run.ts');
  const isInterrupted = listenForInterrupt(notices(process.stderr));
  return runPlan(plan, await progressFor(process.stderr), { isInterrupted, ...(journal && { journal }) });
}
