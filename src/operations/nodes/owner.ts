import type { Cluster, Node } from '../../cluster/cluster.ts';

/** How a data directory is marked on its host: "orders/pg1". */
export const ownerOf = (cluster: Cluster, node: Node): string => `${cluster.name}/${node.name}`;
