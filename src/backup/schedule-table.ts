import Table from 'cli-table3';
import type { ScheduledRun } from './schedule.ts';
import { bareTable } from '../ui/bare-table.ts';
import { shorten } from '../ui/shorten.ts';

/** One line for each work, at most 80 columns wide. */
export function scheduleText(runs: readonly ScheduledRun[]): string {
  const table = new Table({ ...bareTable(), head: ['WHAT', 'ON', 'CALENDAR', 'NEXT (UTC)', 'LAST'] });
  for (const { type, host, calendar, nextAt, lastResult } of runs) {
    table.push([
      type,
      shorten(host, 16),
      shorten(calendar ?? 'off', 32),
      nextAt === undefined ? '' : nextAt.slice(5, 16).replace('T', ' '),
      shorten(lastResult ?? '', 9),
    ]);
  }
  return `${table.toString().replaceAll(/ +$/gm, '')}\n`;
}
