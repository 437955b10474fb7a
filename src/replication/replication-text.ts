import type { ReplicationView } from './replication-facts.ts';
import { formatBytes } from '../model/units.ts';
import { shorten, tableText } from '../ui/text.ts';

/** Both sides' view of each replica, at most 80 columns wide; nothing for none. */
export function replicationText(views: readonly ReplicationView[]): string {
  if (views.length === 0) return '';
  const rows = views.map(({ node, primarySees, replicaSees }) => [
    shorten(node, 15),
    primarySees?.state ?? 'not connected',
    primarySees ? formatBytes(primarySees.lagBytes) : '?',
    primarySees?.ssl ? 'yes' : 'no',
    replicaSees.receiver?.status ?? 'no receiver',
    shorten(replicaSees.receiver?.slot ?? 'none', 20),
  ]);
  return `${tableText(rows, { head: ['REPLICA', 'PRIMARY SAYS', 'LAG', 'TLS', 'REPLICA SAYS', 'SLOT'] })}\n`;
}
