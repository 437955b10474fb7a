import { sameHost } from '../model/address.ts';
import type { Cluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { restPortOf } from '../model/patroni.ts';
import type { Site } from '../model/site.ts';
import { ends, type Link, type OwnPort } from '../system/network.ts';

/** Before one leads, and while etcd has no majority, members ask each other. */
export function patroniLinks(cluster: Cluster, sites: readonly Site[]): readonly Link[] {
  const { patroni } = cluster;
  if (patroni === undefined) return [];
  return cluster.nodes.flatMap((node) => {
    const to = sites.find(({ host }) => sameHost(host, node.host))!;
    return sites
      .filter((from) => from !== to && from.nodes.length > 0)
      .map((from) => ({
        ...ends(from, to),
        port: restPortOf(patroni, node),
        service: 'patroni' as const,
        why: `Patroni of ${from.name} asks the one of ${node.name}`,
        isLater: false,
      }));
  });
}

/** Of Patroni's REST API, one for each node. */
export const patroniPorts = (cluster: Cluster, site: Site): readonly OwnPort[] => {
  const { patroni } = cluster;
  if (patroni === undefined) return [];
  return site.nodes.map((node) => ({
    port: restPortOf(patroni, node),
    unit: instanceOf(cluster, node).patroni.unit,
    setting: 'PATRONI_PORT',
  }));
};
