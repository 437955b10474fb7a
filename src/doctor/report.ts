// What `dbctl doctor` answers, from everything that was seen.

import type { Cluster } from '../model/cluster.ts';
import type { SeenLink, SeenSite, UnseenSite } from './facts.ts';
import { inOrder, type DoctorFinding } from './finding.ts';
import { linkFinding } from './links.ts';
import { siteFindings } from './host.ts';
import { togetherFindings } from './together.ts';
import { neededLinks } from './needed-links.ts';
import type { Link } from '../system/network.ts';
import { sitesOf, type Site } from '../model/site.ts';

export type Verdict = 'ok' | 'warn' | 'fail' | 'unreachable';

/** One machine: what was seen there, or why nothing was. */
export interface DoctorRow {
  readonly site: Site;
  readonly state: Verdict;
  readonly seen: SeenSite | undefined;
}

export interface JudgedLink extends SeenLink {
  /** There is a finding about it. */
  readonly isBroken: boolean;
}

export interface DoctorReport {
  readonly cluster: Cluster;
  readonly verdict: Verdict;
  readonly rows: readonly DoctorRow[];
  readonly links: readonly JudgedLink[];
  /** In the order to put things right in. */
  readonly findings: readonly DoctorFinding[];
}

export function doctorReport(
  cluster: Cluster,
  seen: readonly SeenSite[],
  unseen: readonly UnseenSite[],
): DoctorReport {
  const primaryBytes = seen.find(({ facts }) => facts.dataBytes !== undefined)?.facts.dataBytes;
  const names = unseen.map(({ site }) => site.name);
  const links = neededLinks(cluster)
    .map((link) => asSeen(link, seen))
    .map((link) => ({ link, finding: linkFinding(link, seen, names) }));
  const findings = inOrder([
    ...unseen.map(unseenFinding),
    ...seen.flatMap((one) => siteFindings(cluster, one, primaryBytes)),
    ...links.flatMap(({ finding }) => finding ?? []),
    ...togetherFindings(cluster, seen),
  ]);
  const isCutOff = unseen.some(({ isUnreachable }) => isUnreachable);
  return {
    cluster,
    verdict: isCutOff ? 'unreachable' : worstOf(findings),
    rows: sitesOf(cluster).map((site) => rowOf(site, seen, unseen, findings)),
    links: links.map(({ link, finding }) => ({ ...link, isBroken: finding !== undefined })),
    findings,
  };
}

const asSeen = (link: Link, seen: readonly SeenSite[]): SeenLink =>
  seen
    .flatMap(({ links }) => links)
    .find((one) => one.from === link.from && one.host === link.host && one.port === link.port) ?? {
    ...link,
    state: 'not tried',
    certificate: undefined,
  };

const unseenFinding = ({ site, what, why, next }: UnseenSite): DoctorFinding => ({
  level: 'fail',
  check: 'reach',
  hosts: [site.name],
  what,
  why,
  next,
});

function rowOf(
  site: Site,
  seen: readonly SeenSite[],
  unseen: readonly UnseenSite[],
  findings: readonly DoctorFinding[],
): DoctorRow {
  const isCutOff = unseen.some((one) => one.site.name === site.name && one.isUnreachable);
  const own = findings.filter(({ hosts }) => hosts.includes(site.name));
  return {
    site,
    state: isCutOff ? 'unreachable' : worstOf(own),
    seen: seen.find((one) => one.site.name === site.name),
  };
}

const worstOf = (findings: readonly DoctorFinding[]): Verdict =>
  (['fail', 'warn'] as const).find((level) => findings.some((one) => one.level === level)) ?? 'ok';
