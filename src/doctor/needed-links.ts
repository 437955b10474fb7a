// Which host must reach which port of which other one. From the settings alone; whether it does is tried elsewhere.

import { sameHost } from '../model/address.ts';
import { bucketOf, isKeptHere, keepingsOf, type Backup } from '../model/backup.ts';
import { type Cluster, type Node } from '../model/cluster.ts';
import type { Service } from '../system/try-links.ts';
import { sitesOf, type Site } from './site.ts';

export interface Link {
  /** The site that connects. */
  readonly from: string;
  /** The site that answers; the host of a store that is not of the cluster. */
  readonly to: string;
  readonly host: string;
  readonly port: number;
  readonly service: Service;
  /** "pg2 streams from pg1" */
  readonly why: string;
  /** Needed only when another node is the primary. */
  readonly isLater: boolean;
}

/** Every link once. What is needed now comes before what is needed later. */
export function neededLinks(cluster: Cluster): readonly Link[] {
  const sites = sitesOf(cluster);
  const { backup } = cluster;
  const all = [...streaming(cluster, sites), ...(backup ? backingUp(backup, sites) : [])];
  return all
    .toSorted((one, other) => Number(one.isLater) - Number(other.isLater))
    .filter((link, index, sorted) => sorted.findIndex((one) => isSame(one, link)) === index);
}

const isSame = (one: Link, other: Link): boolean =>
  one.from === other.from && one.port === other.port && sameHost(one.host, other.host);

/** Any node may have to follow any other one day; now the replicas follow the primary. */
const streaming = (cluster: Cluster, sites: readonly Site[]): readonly Link[] =>
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

function backingUp(backup: Backup, sites: readonly Site[]): readonly Link[] {
  const control = sites.find(({ isControl }) => isControl);
  const away = sites.filter(({ isControl }) => !isControl);
  const common = { port: backup.tlsPort, service: 'pgbackrest', isLater: false } as const;
  const own = away.flatMap((site): readonly Link[] => {
    if (control === undefined) return [];
    return [
      { ...ends(control, site), ...common, why: `backups of ${site.name} are made from ${control.name}` },
      ...(isKeptHere(backup)
        ? [{ ...ends(site, control), ...common, why: `${control.name} keeps the WAL of ${site.name}` }]
        : []),
    ];
  });
  return [...own, ...sites.flatMap((site) => toBuckets(backup, site, control))];
}

/** WAL goes there from every node; the control host looks after it. */
const toBuckets = (backup: Backup, from: Site, control: Site | undefined): readonly Link[] =>
  keepingsOf(backup).flatMap((keeping) => {
    const bucket = bucketOf(keeping);
    if (bucket === undefined) return [];
    const host = bucket.uriStyle === 'host' ? `${bucket.bucket}.${bucket.host}` : bucket.host;
    const to = bucket.kind !== 's3' && control ? control.name : bucket.host;
    const why = `backups and WAL are kept in bucket ${bucket.bucket}`;
    return [{ from: from.name, to, host, port: bucket.port, service: 'store', why, isLater: false }];
  });

const ends = (from: Site, to: Site) => ({ from: from.name, to: to.name, host: to.host });

const siteOf = (sites: readonly Site[], { host }: Node): Site =>
  sites.find((site) => sameHost(site.host, host))!;
