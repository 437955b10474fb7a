import type { Cluster } from '../model/cluster.ts';

/** WAL senders of one replica while it is cloned: one sends the files, one the WAL of meanwhile (pg_basebackup, --wal-method=stream). */
const sendersOfClone = 2;

/** A new limit takes a restart of every node, and a sender that nobody uses costs some kilobytes of shared memory: so they come by the 40. */
const granule = 40;

/**
 * max_wal_senders and max_replication_slots of every node, where .env.cluster sets neither: enough to clone all replicas of the file at
 * once, with two senders to spare for a person.
 */
export const replicationLimit = ({ nodes }: Pick<Cluster, 'nodes'>): number =>
  granule * Math.ceil((sendersOfClone * (nodes.length - 1) + 2) / granule);

/** How many clones a server can feed at once with the senders that are free; at least one, which PostgreSQL itself may refuse. */
export const clonesAtOnce = ({ limit, inUse }: { readonly limit: number; readonly inUse: number }): number =>
  Math.max(1, Math.floor((limit - inUse) / sendersOfClone));
