// Which host must reach which port of which other one. From the settings alone; whether it does is tried elsewhere.

import { backupLinks } from '../backup/links.ts';
import { sameHost } from '../model/address.ts';
import type { Cluster } from '../model/cluster.ts';
import { sitesOf } from '../model/site.ts';
import { serverLinks } from '../server/links.ts';
import { storeLinks } from '../store/links.ts';
import type { Link } from '../system/network.ts';

const areas = [serverLinks, backupLinks, storeLinks] as const;

/** Every link once. What is needed now comes before what is needed later. */
export function neededLinks(cluster: Cluster): readonly Link[] {
  const sites = sitesOf(cluster);
  return areas
    .flatMap((links) => links(cluster, sites))
    .toSorted((one, other) => Number(one.isLater) - Number(other.isLater))
    .filter((link, index, sorted) => sorted.findIndex((one) => isSame(one, link)) === index);
}

const isSame = (one: Link, other: Link): boolean =>
  one.from === other.from && one.port === other.port && sameHost(one.host, other.host);
