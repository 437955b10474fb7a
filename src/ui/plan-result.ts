import type { PlanResult } from '../engine/run-plan.ts';
import { counted } from '../model/units.ts';

/** The answer for people: the changes of a dry run line by line, and always the count. */
export function planText({ changes }: PlanResult, dryRun: boolean): string {
  const lines = dryRun ? changes.map(({ host, change }) => `${host}: ${change}`) : [];
  return [...lines, `${counted(changes.length, 'change')}${dryRun ? ' to make' : ''}`].join('\n');
}
