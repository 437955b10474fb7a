import { sameHost } from '../model/address.ts';
import type { Cluster } from '../model/cluster.ts';
import { rolePortOf } from '../model/gateways.ts';
import type { Site } from '../model/site.ts';
import { ends, type Link, type OwnPort } from '../system/network.ts';
import { haproxyFiles } from './haproxy.ts';
import { roleCheckFiles } from './role-check.ts';

/** Whether a gateway runs there. */
export const isGateway = ({ gateways }: Pick<Cluster, 'gateways'>, { host }: Pick<Site, 'host'>): boolean =>
  gateways?.machines.some((machine) => sameHost(machine.host, host)) ?? false;

/** Gateways lead to every node, and ask each for its role. */
export function gatewayLinks(cluster: Cluster, sites: readonly Site[]): readonly Link[] {
  const { gateways } = cluster;
  if (gateways === undefined) return [];
  const from = sites.filter((site) => isGateway(cluster, site));
  return from.flatMap((gateway) =>
    cluster.nodes.flatMap((node) => {
      const site = sites.find(({ host }) => sameHost(host, node.host))!;
      if (site === gateway) return [];
      const link = { ...ends(gateway, site), isLater: false };
      const rolePort = rolePortOf(gateways, node);
      return [
        {
          ...link,
          port: node.port,
          service: 'postgres' as const,
          why: `${gateway.name} leads to ${node.name}`,
        },
        {
          ...link,
          port: rolePort,
          service: 'role' as const,
          why: `${gateway.name} asks ${node.name} for its role`,
        },
      ];
    }),
  );
}

/** Of HAProxy, and of what tells it the roles. */
export function gatewayPorts(cluster: Cluster, site: Site): readonly OwnPort[] {
  const { gateways } = cluster;
  if (gateways === undefined) return [];
  const { unit } = haproxyFiles(cluster);
  const { primary, replicas, any } = gateways.ports;
  const ofHaproxy: readonly OwnPort[] = [
    { port: primary, unit, setting: 'HAPROXY_PRIMARY_PORT' },
    { port: replicas, unit, setting: 'HAPROXY_REPLICAS_PORT' },
    { port: any, unit, setting: 'HAPROXY_ANY_PORT' },
    { port: gateways.statisticsPort, unit, setting: 'HAPROXY_STATISTICS_PORT' },
  ];
  return [
    ...(isGateway(cluster, site) ? ofHaproxy : []),
    ...site.nodes.map((node) => ({
      port: rolePortOf(gateways, node),
      unit: roleCheckFiles(cluster, node).socket,
      setting: 'CLUSTER_ROLE_PORT',
    })),
  ];
}
