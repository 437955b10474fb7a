import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { throwAway } from './restore.ts';
import { formatTime } from '../model/units.ts';
import type { RestoreAnswer } from './restore-request.ts';
import type { RestoreRecord } from './place-restored-step.ts';

export interface Restored {
  readonly cluster: Cluster;
  readonly node: Node;
  readonly record: RestoreRecord;
}

function recoveredTo({ recovered, label }: RestoreRecord): string {
  const { at, lsn, timeline } = recovered;
  const time = at === null ? 'at the end of the backup' : `with everything up to ${formatTime(at)}`;
  return `from the backup ${label}, ${time}${lsn === null ? '' : ` (${lsn})`}, on timeline ${timeline}`;
}

/** Nothing when nothing was restored yet. */
export function restoredText({ where, cluster, node, record }: RestoreAnswer): string {
  if (record === undefined) return '';
  return { beside: besideText, 'in place': inPlaceText }[where]({ cluster, node, record });
}

/** The answer of a restore beside: where it is, how to look at it, how to throw it away. */
export function besideText({ cluster, node, record }: Restored): string {
  const { binDirectory } = instanceOf(cluster, node);

  const psql = `${binDirectory}/psql -p ${node.port} ${cluster.postgres.database}`;
  return [
    `Restored ${node.name} (${node.host}:${node.port}) ${recoveredTo(record)}.`,
    'Roles and passwords are those of that time. It does not send WAL to the repository.',
    `Query it, on its host:    runuser -u postgres -- ${psql}`,
    `Copy a table back:         runuser -u postgres -- ${binDirectory}/pg_dump -p ${node.port} -t TABLE ${cluster.postgres.database} >TABLE.sql`,
    `Remove it, on its host: ${throwAway(instanceOf(cluster, node))}`,
    '',
  ].join('\n');
}

/** The answer of a restore in place: what it is now, and what is left of before. */
export function inPlaceText({ cluster, node, record }: Restored): string {
  const kept = record.kept
    ? [
        `The old data is kept on ${node.name}: ${record.kept}`,
        `Remove it when it is not needed:  rm -r ${record.kept}`,
      ]
    : [
        `${node.name} had no data left; each replica keeps its own old data: *.before-timeline-${record.recovered.timeline}`,
        'If its host is new, set up its part in backups: dbctl backup setup',
      ];
  return [
    `Restored ${cluster.name} ${recoveredTo(record)}.`,
    'Roles and passwords are those of that time.',
    ...kept,
    'Recommended, a new full backup: dbctl backup run --type full',
    '',
  ].join('\n');
}
