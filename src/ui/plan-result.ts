import type { PlanResult } from '../engine/run-plan.ts';

/** The answer for people: the changes of a dry run line by line, and always the count. */
export function planText({ changes }: PlanResult, dryRun: boolean): string {
  const lines = dryRun ? changes.map(({ host, change }) => `${host}: ${change}`) : [];
  return [...lines, `${counted(changes.length)}${dryRun ? ' to make' : ''}`].join('\n');
}

/** "1 change", "7 changes". */
export const counted = (changes: number): string => `${changes} ${changes === 1 ? 'change' : 'changes'}`;
