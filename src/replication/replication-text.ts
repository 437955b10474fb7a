import type { MadeReplicas } from './make-replicas-operation.ts';
import type { ReplicationView } from './replication-facts.ts';
import { formatBytes } from '../model/units.ts';
import { shorten, tableText } from '../ui/text.ts';

/** What was made, for people: how each replica streams, and what is missing. */
export const replicasText = ({
  replicas,
  isProtected,
}: Pick<MadeReplicas, 'replicas' | 'isProtected'>): string =>
  `${replicationText(replicas)}${isProtected === false ? 'not protected: dbctl backup setup\n' : ''}`;

/** The same for machines. */
export const replicasJson = ({ cluster, replicas, isProtected }: Omit<MadeReplicas, 'result'>) => ({
  cluster,
  replicas: replicas.map(({ node, primarySees, ...rest }) => ({
    name: node,
    primarySees: primarySees && tlsNamed(primarySees),
    ...rest,
  })),
  /** Whether backups are set up; null where none are configured. */
  isProtected,
});

const tlsNamed = ({ ssl, ...seen }: NonNullable<ReplicationView['primarySees']>) => ({ ...seen, tls: ssl });

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
