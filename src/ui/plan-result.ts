import type { PlanResult, Unknown } from '../engine/run-plan.ts';
import { counted } from '../model/units.ts';

/** The answer for people: a dry run line by line, and always the count. */
export function planText({ changes, unknown = [] }: PlanResult, dryRun: boolean): string {
  const lines = dryRun ? changes.map(({ host, change }) => `${host}: ${change}`) : [];
  return [
    ...lines,
    ...unknown.map(unknownText),
    `${counted(changes.length, 'change')}${dryRun ? ' to make' : ''}`,
  ].join('\n');
}

/** "not known yet: pg2: app cannot log in (Verify every login)" */
export const unknownText = ({ host, step, why }: Unknown): string =>
  `not known yet: ${host}: ${why} (${step})`;
