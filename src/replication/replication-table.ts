import Table from 'cli-table3';
import type { ReplicationView } from './replication-view.ts';
import { formatBytes } from '../model/units.ts';
import { bareTable } from '../ui/bare-table.ts';
import { shorten } from '../ui/shorten.ts';

/** Both sides' view of each replica, at most 80 columns wide; nothing for none. */
export function replicationText(views: readonly ReplicationView[]): string {
  if (views.length === 0) return '';
  const table = new Table({
    ...bareTable(),
    head: ['REPLICA', 'PRIMARY SAYS', 'LAG', 'TLS', 'REPLICA SAYS', 'SLOT'],
  });
  for (const { node, primarySees, replicaSees } of views) {
    table.push([
      shorten(node, 15),
      primarySees?.state ?? 'not connected',
      primarySees ? formatBytes(primarySees.lagBytes) : '?',
      primarySees?.ssl ? 'yes' : 'no',
      replicaSees.receiver?.status ?? 'no receiver',
      shorten(replicaSees.receiver?.slot ?? 'none', 20),
    ]);
  }
  return `${table.toString()}\n`;
}
