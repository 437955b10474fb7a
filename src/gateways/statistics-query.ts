// What HAProxy believes of the nodes: its statistics as CSV (HAProxy's manual, "Statistics and monitoring", 9.1).

import * as v from 'valibot';
import { query, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { entryKinds, type EntryKind } from '../model/gateways.ts';

/** One node behind one port of a gateway. */
export interface ServerSeen {
  readonly entry: EntryKind;
  /** Name of the node. */
  readonly node: string;
  readonly isUp: boolean;
  /** HAProxy's own words: "UP", "DOWN 1/2", "MAINT". */
  readonly state: string;
  /** What its last check found: "L7OK 200", "L4CON", "L7STS 503". */
  readonly check: string;
  /** Sessions that go there now. */
  readonly sessions: number;
  /** Seconds since its state changed. */
  readonly sinceSeconds: number;
}

/** Undefined where HAProxy does not answer. Travels with others. */
export const haproxyStatistics = (port: number): Query<readonly ServerSeen[] | undefined> => ({
  ...query(script('gateways/statistics.sh', String(port)), parseStatistics),
  isRepeated: true,
});

const Entry = v.picklist(entryKinds);

export function parseStatistics(stdout: string): readonly ServerSeen[] | undefined {
  const [head, ...rows] = stdout.split('\n').map((line) => line.replace(/\r$/, '').split(','));
  const columns = head?.map((name) => name.replace(/^# /, '')) ?? [];
  if (!columns.includes('svname')) return undefined;
  const seen = rows.map((row) => new Map(columns.map((name, index) => [name, row[index] ?? ''])));
  return seen.flatMap((row): readonly ServerSeen[] => {
    const of = (name: string): string => row.get(name) ?? '';
    const entry = v.safeParse(Entry, of('pxname'));
    if (!entry.success || ['FRONTEND', 'BACKEND'].includes(of('svname'))) return [];
    return [
      {
        entry: entry.output,
        node: of('svname'),
        isUp: of('status').startsWith('UP'),
        state: of('status'),
        // "* L7OK": another check is on its way.
        check: `${of('check_status').replace('* ', '')} ${of('check_code')}`.trim(),
        sessions: Number(of('scur')),
        sinceSeconds: Number(of('lastchg')),
      },
    ];
  });
}
