// Where HAProxy of a cluster has its files on a gateway's host, and what stands in its configuration.

import { isIPv4, isIPv6 } from 'node:net';
import { hostAndPort } from '../model/address.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { rolePortOf, type EntryKind, type Gateways } from '../model/gateways.ts';
import { render } from '../model/render.ts';

/** Its own unit, so that what somebody else has in /etc/haproxy goes on beside it. */
export function haproxyFiles({ name }: Pick<Cluster, 'name'>) {
  const unit = `dbctl-haproxy-${name}.service`;
  return {
    config: `/etc/dbctl/${name}/_haproxy/haproxy.cfg`,
    unit,
    unitFile: `/etc/systemd/system/${unit}`,
    runtimeDirectory: `dbctl-haproxy-${name}`,
    /** The runtime API. */
    socket: `/run/dbctl-haproxy-${name}/admin.sock`,
  };
}

export interface HaproxyAddresses {
  /** Addresses of each node, by its name; the first is used. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Networks and addresses that clients come from. */
  readonly clients: readonly string[];
  /** Whether the gateway's host is reached by IPv6. */
  readonly isIPv6: boolean;
}

/** The text of haproxy.cfg. */
export function haproxyConfig(
  cluster: Cluster,
  gateways: Gateways,
  { nodes, clients, isIPv6: bindsIPv6 }: HaproxyAddresses,
): string {
  const { socket } = haproxyFiles(cluster);
  // By name, so that another primary in the file is no change here.
  const nodesInOrder = cluster.nodes.toSorted((one, other) => one.name.localeCompare(other.name));
  const bind = (kind: EntryKind): string =>
    `    bind ${bindsIPv6 ? '[::]' : '*'}:${gateways.ports[kind]}${bindsIPv6 ? ' v4v6' : ''}`;
  return render('etc/dbctl/cluster/_haproxy/haproxy.cfg', {
    cluster: cluster.name,
    socket,
    bind_primary: bind('primary'),
    bind_replicas: bind('replicas'),
    bind_any: bind('any'),
    allowed: clients.map((network) => `    acl allowed src ${network}`).join('\n'),
    servers: nodesInOrder.map((node) => serverLine(gateways, node, nodes)).join('\n'),
    statistics_port: String(gateways.statisticsPort),
  });
}

function serverLine(gateways: Gateways, node: Node, nodes: HaproxyAddresses['nodes']): string {
  const host = nodes.get(node.name)!;
  return `    server ${node.name} ${hostAndPort({ host, port: node.port })} check port ${rolePortOf(gateways, node)}`;
}

/** IPv4 first: it is what most networks lead. */
export const firstOf = (addresses: readonly string[]): string | undefined =>
  addresses.find(isIPv4) ?? addresses.find(isIPv6);
