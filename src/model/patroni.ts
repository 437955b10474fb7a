// How Patroni keeps a cluster. Plain data.

export interface Patroni {
  /** Within how many seconds another node leads when the host of the primary is gone. */
  readonly failoverSeconds: number;
  /** Whether it lets another node lead by itself. */
  readonly isAutomatic: boolean;
  /** TCP port of its REST API for the node on port 5432. */
  readonly port: number;
}

const usualPort = 5432;

/** TCP port of the REST API of a node: as far from PATRONI_PORT as its own is from 5432. */
export const restPortOf = (
  { port: first }: Pick<Patroni, 'port'>,
  { port }: { readonly port: number },
): number => first + port - usualPort;

/** The least that Patroni can keep: its leases end after 20 seconds at the earliest, and an election takes a while. */
export const shortestFailover = 30;

/** With less than this, Patroni starts a server with its own default instead, and says so in its log only. */
export const leastOfParameters: Readonly<Record<string, number>> = {
  max_connections: 25,
  max_locks_per_transaction: 32,
  max_replication_slots: 4,
  max_wal_senders: 3,
  max_worker_processes: 2,
};

/** "max_connections = 20 (25 at least)", of those that Patroni would not keep. */
export const notKeptByPatroni = (parameters: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(leastOfParameters).flatMap(([name, least]) =>
    Number(parameters[name] ?? least) < least ? `${name} = ${parameters[name]} (${least} at least)` : [],
  );

/** What of it is the lease, what a loop, and what an answer of etcd may take; seconds. `loop + 2 * retry <= ttl` is Patroni's rule. */
export function timingOf({ failoverSeconds }: Pick<Patroni, 'failoverSeconds'>) {
  const ttl = Math.floor(failoverSeconds) - 10;
  const loop = Math.min(10, Math.floor(ttl / 4));
  return { ttl, loop, retry: Math.min(10, Math.floor((ttl - loop) / 2), loop) };
}
