import type { ScheduledRun } from './schedule-plan.ts';
import { shorten, tableText, utc } from '../ui/text.ts';

/** One line for each work, at most 80 columns wide. */
export function scheduleText(runs: readonly ScheduledRun[]): string {
  const rows = runs.map(({ type, host, calendar, nextAt, lastResult }) => [
    type,
    shorten(host, 16),
    shorten(calendar ?? 'off', 32),
    utc(nextAt ?? '').slice(5, 16),
    shorten(lastResult ?? '', 9),
  ]);
  return `${tableText(rows, { head: ['WHAT', 'ON', 'CALENDAR', 'NEXT (UTC)', 'LAST'] })}\n`;
}
