import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { switchOn, throwAway } from './restore.ts';
import { parseJson } from '../model/answers.ts';
import { formatTime } from '../model/units.ts';
import type { RestoreAnswer } from './restore-request.ts';
import type { RestoreRecord } from './place-restored-step.ts';

export interface Restored {
  readonly cluster: Cluster;
  readonly node: Node;
  readonly record: RestoreRecord;
  /** Where data of replicas is kept: "pg2: /var/lib/…". */
  readonly keptOnReplicas?: readonly string[];
}

function recoveredTo({ request, recovered, label }: RestoreRecord): string {
  const { at, lsn, timeline } = recovered;
  const { type } = parseJson(request) as { readonly type?: string };
  const end = type === 'immediate' ? 'at its end' : 'with no transaction after its end';
  const time = at === null ? end : `with everything up to ${formatTime(at)}`;
  return `from the backup ${label}, ${time}${lsn === null ? '' : ` (${lsn})`}, on timeline ${timeline}`;
}

/** Nothing when nothing was restored yet. */
export function restoredText({ where, cluster, node, record, result }: RestoreAnswer): string {
  if (record === undefined) return '';
  const keptOnReplicas = result.changes.flatMap(({ id, host, subject }) =>
    id === 'data.keep' ? [`${host}: ${subject}`] : [],
  );
  return { beside: besideText, 'in place': inPlaceText }[where]({ cluster, node, record, keptOnReplicas });
}

/** The answer of a restore beside: where it is, how to look at it, how to throw it away. */
export function besideText({ cluster, node, record }: Restored): string {
  const instance = instanceOf(cluster, node);
  const { binDirectory } = instance;
  const psql = `${binDirectory}/psql -p ${node.port} ${cluster.postgres.database}`;
  return [
    `Restored ${node.name} (${node.host}:${node.port}) ${recoveredTo(record)}.`,
    'Roles and passwords are those of that time.',
    "It does none of the cluster's work: no subscriptions, no jobs, no event triggers, no parallel workers; it waits for no standby and sends no WAL.",
    `To switch one on:          ${switchOn(instance)}`,
    `Query it, on its host:     runuser -u postgres -- ${psql}`,
    `Copy a table back:         runuser -u postgres -- ${binDirectory}/pg_dump -p ${node.port} -t TABLE ${cluster.postgres.database} >TABLE.sql`,
    `Remove it, on its host:    ${throwAway(instance)}`,
    '',
  ].join('\n');
}

/** The answer of a restore in place: what it is now, and what is left of before. */
export function inPlaceText({ cluster, node, record, keptOnReplicas = [] }: Restored): string {
  const { kept, keptPlaces = [] } = record;
  const all = [...(kept ? [kept] : []), ...keptPlaces];
  const old = [
    ...(kept
      ? [`The old data is kept on ${node.name}: ${all.join(', ')}`]
      : [
          `${node.name} had no data left.`,
          'If its host is new, set up its part in backups: dbctl backup setup',
          ...(keptPlaces.length > 0 ? [`What was still there is kept: ${keptPlaces.join(', ')}`] : []),
        ]),
    ...keptOnReplicas.map((place) => `Kept, because no other place has all of it, on ${place}`),
    ...(all.length > 0 ? [`Remove it when it is not needed:  rm -r ${all.join(' ')}`] : []),
  ];
  return [
    `Restored ${cluster.name} ${recoveredTo(record)}.`,
    'Roles and passwords are those of that time.',
    ...old,
    'Recommended, a new full backup: dbctl backup run --type full',
    '',
  ].join('\n');
}
