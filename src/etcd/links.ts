import { sameHost } from '../model/address.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Site } from '../model/site.ts';
import { ends, type Link, type OwnPort } from '../system/network.ts';
import { etcdFiles, isEtcdMember } from './etcd.ts';

/** Patroni of every node asks the members, and these ask each other. */
export function etcdLinks(cluster: Cluster, sites: readonly Site[]): readonly Link[] {
  const { etcd } = cluster;
  if (etcd === undefined) return [];
  const { members, clientPort, peerPort } = etcd;
  const places = members.map(({ host }) => sites.find((site) => sameHost(site.host, host))!);
  return places.flatMap((to) =>
    sites
      .filter((from) => from !== to)
      .flatMap((from) => {
        const link = { ...ends(from, to), service: 'etcd' as const, isLater: false };
        return [
          ...(from.nodes.length > 0
            ? [{ ...link, port: clientPort, why: `Patroni of ${from.name} asks etcd on ${to.name}` }]
            : []),
          ...(places.includes(from)
            ? [{ ...link, port: peerPort, why: `etcd on ${from.name} agrees with ${to.name}` }]
            : []),
        ];
      }),
  );
}

/** Of a member. */
export function etcdPorts(cluster: Cluster, site: Site): readonly OwnPort[] {
  const { etcd } = cluster;
  if (etcd === undefined || !isEtcdMember(cluster, site)) return [];
  const { unit } = etcdFiles(cluster);
  const { clientPort, peerPort } = etcd;
  return [
    { port: clientPort, unit, setting: 'ETCD_CLIENT_PORT' },
    { port: peerPort, unit, setting: 'ETCD_PEER_PORT' },
  ];
}
