import { sameHost } from '../model/address.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import type { Site } from '../model/site.ts';
import { ends, type Link } from '../system/network.ts';

/** Any node may have to follow any other one day; now the replicas follow the primary. */
export const serverLinks = (cluster: Cluster, sites: readonly Site[]): readonly Link[] =>
  cluster.nodes.flatMap((source) =>
    cluster.nodes
      .filter((follower) => !sameHost(follower.host, source.host))
      .map((follower) => ({
        ...ends(siteOf(sites, follower), siteOf(sites, source)),
        port: source.port,
        service: 'postgres',
        why: `${follower.name} streams from ${source.name}`,
        isLater: source.name !== cluster.configuredPrimary.name,
      })),
  );

const siteOf = (sites: readonly Site[], { host }: Node): Site =>
  sites.find((site) => sameHost(site.host, host))!;
