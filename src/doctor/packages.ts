// Which packages a host needs, whether it has or can get them, and whether they are the same everywhere.

import { bucketOf, storeOf } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { SeenSite, SiteFacts } from './facts.ts';
import type { DoctorFinding } from './finding.ts';
import { postgresAdvice, sourcesAdvice } from '../system/package-advice.ts';
import type { Site } from '../model/site.ts';

export const serverPackage = ({ postgres }: Cluster): string => `postgresql-${postgres.version}`;

/** What dbctl will install on a host. */
export function neededPackages(cluster: Cluster, site: Site): readonly string[] {
  const { backup } = cluster;
  return [
    ...(site.nodes.length > 0 ? [serverPackage(cluster)] : []),
    ...(backup ? ['pgbackrest'] : []),
    ...(backup && bucketOf(backup) ? ['curl'] : []),
    ...(backup && storeOf(backup) && site.isControl ? ['nftables'] : []),
  ];
}

/** Packages that a host neither has nor can get. */
export function packageFindings(cluster: Cluster, { site, facts }: SeenSite): readonly DoctorFinding[] {
  const missing = neededPackages(cluster, site).filter((name) => versionOf(facts, name) === undefined);
  return missing.map((name): DoctorFinding => {
    const about = { check: 'package', hosts: [site.name] };
    if (!facts.hasPackageLists) {
      return {
        ...about,
        level: 'warn',
        what: 'it has no package lists, so it is unknown what it can install',
        next: ['apt-get update'],
      };
    }
    const advice =
      name === serverPackage(cluster)
        ? postgresAdvice(cluster.postgres.version, site.name)
        : sourcesAdvice(site.name);
    return {
      ...about,
      level: 'fail',
      what: `it cannot install ${name}`,
      why: advice.why,
      next: ['if its package lists are old: apt-get update', ...advice.next],
    };
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
