import type { Node } from './cluster.ts';

/** The replication slot kept for a replica. PostgreSQL allows [a-z0-9_]{1,63} in slot names. */
export const slotNameOf = (node: Pick<Node, 'name'>): string =>
  `dbctl_${node.name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')}`.slice(0, 63);
