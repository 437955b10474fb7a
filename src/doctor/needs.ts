// Which packages a host needs, whether it has or can get them, and whether they are the same everywhere.

import { bucketOf, storeOf } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { SeenSite } from './facts.ts';
import type { Listener, SiteFacts } from './site-query.ts';
import { about, type DoctorFinding } from './finding.ts';
import { postgresAdvice, sourcesAdvice } from '../system/package-advice.ts';
import { type Site, sitesOf } from '../model/site.ts';
import { backupPorts, backupLinks } from '../backup/links.ts';
import { etcdLinks, etcdPorts } from '../etcd/links.ts';
import { isEtcdMember } from '../etcd/etcd.ts';
import { gatewayLinks, gatewayPorts, isGateway } from '../gateways/links.ts';
import { patroniLinks, patroniPorts } from '../patroni/links.ts';
import type { HostProblem } from '../server/system-check.ts';
import { storePorts, storeLinks } from '../store/links.ts';
import type { OwnPort, Link } from '../system/network.ts';
import { sameHost } from '../model/address.ts';
import { serverLinks } from '../server/links.ts';

export const serverPackage = ({ postgres }: Cluster): string => `postgresql-${postgres.version}`;

/** What dbctl will install on a host. */
export function neededPackages(cluster: Cluster, site: Site): readonly string[] {
  const { backup } = cluster;
  return [
    ...(site.nodes.length > 0 ? [serverPackage(cluster)] : []),
    ...(backup ? ['pgbackrest'] : []),
    ...((backup && bucketOf(backup)) || (cluster.etcd && site.nodes.length > 0) ? ['curl'] : []),
    ...(backup && storeOf(backup) && site.isControl ? ['nftables'] : []),
    ...(isGateway(cluster, site) ? ['haproxy'] : []),
    ...(cluster.patroni && site.nodes.length > 0 ? ['patroni', 'python3-etcd'] : []),
    ...(isEtcdMember(cluster, site) ? ['etcd-server', 'etcd-client'] : []),
  ];
}

/** Packages that a host neither has nor can get. */
export function packageFindings(cluster: Cluster, seen: SeenSite): readonly DoctorFinding[] {
  const { site, facts } = seen;
  const missing = neededPackages(cluster, site).filter((name) => versionOf(facts, name) === undefined);
  const refuse = about('fail', 'package', seen);
  return missing.map((name) => {
    if (!facts.hasPackageLists) {
      const what = 'it has no package lists, so it is unknown what it can install';
      return about('warn', 'package', seen)({ what, next: 'apt-get update' });
    }
    const advice =
      name === serverPackage(cluster)
        ? postgresAdvice(cluster.postgres.version, site.name)
        : sourcesAdvice(site.name);
    return refuse({
      what: `it cannot install ${name}`,
      why: advice.why,
      next: ['if its package lists are old: apt-get update', ...advice.next],
    });
  });
}

/** What is there, or would be. "17.12-0+deb13u1" */
const versionOf = ({ packages }: SiteFacts, name: string): string | undefined =>
  packages[name]?.installed ?? packages[name]?.candidate;

/** What the makers of the program call it: "17.12", whoever packaged it. */
const upstreamVersion = (version: string): string => version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');

/** The version of a program on each host that has it or would get it. */
export const versionsOf = (seen: readonly SeenSite[], name: string): ReadonlyMap<string, string> =>
  new Map(
    seen.flatMap(({ site, facts }) => {
      const version = versionOf(facts, name);
      return version === undefined ? [] : [[site.name, upstreamVersion(version)] as const];
    }),
  );

/** The ports on a host that are to be ours, besides those of its nodes. */
export const ownPorts = (cluster: Cluster, site: Site): readonly OwnPort[] =>
  [backupPorts, storePorts, gatewayPorts, etcdPorts, patroniPorts].flatMap((ports) => ports(cluster, site));

/** Other programs where ours will listen. */
export const foreignListeners = (cluster: Cluster, { site, facts }: SeenSite): readonly HostProblem[] =>
  ownPorts(cluster, site).flatMap(({ port, setting }) => {
    const listener = facts.listeners.find((one) => one.port === port);
    if (listener === undefined || isOurs(cluster, site, listener)) return [];
    const { command, pid, unit } = listener;
    return [
      {
        what: `port ${port} is taken by ${command} (pid ${pid}${unit ? `, ${unit}` : ''})`,
        next: `stop it: ${unit ? `systemctl disable --now ${unit}` : `kill ${pid}`}; or choose another port in .env.cluster: ${setting}`,
      },
    ];
  });

const isOurs = (cluster: Cluster, site: Site, { port, unit }: Listener): boolean =>
  ownPorts(cluster, site).some((own) => own.port === port && own.unit === unit);

/** Every link once. What is needed now comes before what is needed later. */
export function neededLinks(cluster: Cluster): readonly Link[] {
  const sites = sitesOf(cluster);
  return [serverLinks, backupLinks, storeLinks, gatewayLinks, etcdLinks, patroniLinks]
    .flatMap((links) => links(cluster, sites))
    .toSorted((one, other) => Number(one.isLater) - Number(other.isLater))
    .filter((link, index, sorted) => sorted.findIndex((one) => isSame(one, link)) === index);
}

const isSame = (one: Link, other: Link): boolean =>
  one.from === other.from && one.port === other.port && sameHost(one.host, other.host);
