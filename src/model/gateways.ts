// Programs that stand between clients and nodes. Plain data.

import type { Machine } from './machine.ts';

export const gatewayKinds = ['haproxy'] as const;
export type GatewayKind = (typeof gatewayKinds)[number];

/** What a port of a gateway leads to. */
export const entryKinds = ['primary', 'replicas', 'any'] as const;
export type EntryKind = (typeof entryKinds)[number];

export interface Gateways {
  readonly kinds: readonly [GatewayKind, ...GatewayKind[]];
  /** Where they run; at least one. */
  readonly machines: readonly Machine[];
  /** TCP ports of HAProxy, on every gateway's host. */
  readonly ports: Readonly<Record<EntryKind, number>>;
  /** TCP port of HAProxy's statistics, on the loopback address. */
  readonly statisticsPort: number;
  /** TCP port on which the first node of a host says its role. */
  readonly rolePort: number;
}

const usualPort = 5432;

/** TCP port on which a node tells gateways its role: as far from CLUSTER_ROLE_PORT as its own is from 5432. */
export const rolePortOf = (
  { rolePort }: Pick<Gateways, 'rolePort'>,
  { port }: { readonly port: number },
): number => rolePort + port - usualPort;
