// The store in which Patroni keeps who leads. Plain data.

import type { Machine } from './machine.ts';

export interface Etcd {
  /** Where it runs: an odd number of machines, each of them once. */
  readonly members: readonly Machine[];
  /** TCP port for clients, on every member's host. */
  readonly clientPort: number;
  /** TCP port for the other members. */
  readonly peerPort: number;
}
