// How far the WAL of a data directory goes, read from its files: whether its server runs, was stopped or has fallen.

import * as v from 'valibot';
import { parseHistory, type Lineage } from '../model/timeline-history.ts';
import { loneQuery, query, type Query } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { script } from '../host/script.ts';
import { fieldsIn } from '../model/answers.ts';
import type { Instance } from '../model/instance.ts';
import { roleOfState } from './start.ts';

/** A data directory on a host. */
export interface DataPlace {
  readonly host: ReadableHost;
  readonly instance: Pick<Instance, 'binDirectory' | 'dataDirectory'>;
}

/** Data, and the end of its WAL. */
export interface DataEnd extends Lineage {
  readonly systemIdentifier: string;
  /** Whether it is a replica's: in recovery, or with a standby.signal, or in recovery when it ended. */
  readonly isStandby: boolean;
  readonly lsn: string;
  /** From where on its WAL was read. */
  readonly begin: string;
  /** Where the last transaction ends that was read; undefined when there was none. */
  readonly lastCommit: string | undefined;
  /** How many transactions were read. */
  readonly commits: number;
  readonly segmentBytes: number;
}

/** Data of which nobody can say how far it goes. */
export interface UnknownData {
  readonly problem: string;
}

export const isKnown = (data: DataEnd | UnknownData | undefined): data is DataEnd =>
  data !== undefined && !('problem' in data);

const Numbers = v.object({
  timeline: v.pipe(v.number(), v.minValue(1)),
  commits: v.number(),
  segmentBytes: v.number(),
});

/**
 * Reads it from a position on where it has the WAL of there, else from its last checkpoint, or as far as a replica had
 * written it. Undefined when there is no data.
 */
export const dataEnd = (
  { binDirectory, dataDirectory }: DataPlace['instance'],
  after?: { readonly timeline: number; readonly lsn: string },
): Query<DataEnd | UnknownData | undefined> =>
  loneQuery(
    script(
      'postgres/wal-end.sh',
      binDirectory,
      dataDirectory,
      ...(after ? [String(after.timeline), after.lsn] : []),
    ),
    parseDataEnd,
    { timeoutMs: 3_600_000 },
  );

/** The record that it has last before a position of its WAL, as pg_waldump writes it; undefined when that cannot be read. */
export const recordBefore = (
  { binDirectory, dataDirectory }: DataPlace['instance'],
  { segmentBytes }: DataEnd,
  { timeline, lsn }: { readonly timeline: number; readonly lsn: string },
): Query<string | undefined> =>
  query(
    script(
      'postgres/last-record.sh',
      ...[binDirectory, dataDirectory, String(segmentBytes), String(timeline), lsn],
    ),
    (stdout) => stdout.trim() || undefined,
  );

export function parseDataEnd(stdout: string): DataEnd | UnknownData | undefined {
  if (stdout === '') return undefined;
  const { all, of } = fieldsIn(stdout);
  if (of('problem')) return { problem: of('problem') };
  return {
    ...v.parse(Numbers, {
      timeline: Number(of('timeline')),
      commits: Number(of('commits')),
      segmentBytes: Number(of('segment')),
    }),
    systemIdentifier: of('identifier'),
    isStandby: of('standby') === 'yes' || roleOfState(of('was')) === 'replica',
    begin: of('begin'),
    lsn: of('end'),
    lastCommit: of('last') || undefined,
    ancestors: parseHistory(all('history').join('\n')),
  };
}
