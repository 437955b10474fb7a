import type { Cluster, Node } from './cluster.ts';

/** The replication slot kept for a replica. PostgreSQL allows [a-z0-9_]{1,63} in slot names. */
export const slotNameOf = (node: Pick<Node, 'name'>): string =>
  `dbctl_${node.name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')}`.slice(0, 63);

/** The slot that Patroni keeps for a member: its name, as a slot may be called. */
export const patroniSlotOf = (node: Pick<Node, 'name'>): string =>
  node.name.toLowerCase().replaceAll(/[-.]/g, '_').slice(0, 63);

/** The slot through which a node streams, with whatever runs it. */
export const streamingSlotOf = ({ patroni }: Pick<Cluster, 'patroni'>, node: Pick<Node, 'name'>): string =>
  patroni ? patroniSlotOf(node) : slotNameOf(node);
