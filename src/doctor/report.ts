// What `dbctl doctor` answers, from everything that was seen.

import type { Cluster } from '../model/cluster.ts';
import type { SeenLink, SeenSite, UnseenSite } from './facts.ts';
import { about, inOrder, type DoctorFinding, type Level } from './finding.ts';
import { linkFinding } from './links.ts';
import { siteFindings } from './host.ts';
import { neededLinks, serverPackage, versionsOf } from './needs.ts';
import type { Link } from '../system/network.ts';
import { sitesOf, type Site } from '../model/site.ts';
import { formatSeconds } from '../model/units.ts';
import { UnreachableError } from '../model/errors.ts';

export type Verdict = 'ok' | 'warn' | 'fail' | 'unreachable';

export type DoctorReport = ReturnType<typeof doctorReport>;
export type DoctorRow = DoctorReport['rows'][number];
export type JudgedLink = DoctorReport['links'][number];

export function doctorReport(cluster: Cluster, seen: readonly SeenSite[], unseen: readonly UnseenSite[]) {
  const primary = {
    primaryBytes: seen.find(({ facts }) => facts.dataBytes !== undefined)?.facts.dataBytes,
    tablespaces: seen
      .flatMap(({ nodes }) => nodes)
      .filter(({ node }) => node.name === cluster.configuredPrimary.name)
      .flatMap(({ facts }) => facts.layout?.places ?? [])
      .flatMap(({ kind, path }) => (kind === 'tablespace' ? [path] : [])),
  };
  const names = unseen.map(({ site }) => site.name);
  const links = neededLinks(cluster)
    .map((link) => asSeen(link, seen))
    .map((link) => ({ link, finding: linkFinding(link, seen, names) }));
  const findings = inOrder([
    ...unseen.map(unseenFinding),
    ...seen.flatMap((one) => siteFindings(cluster, one, primary)),
    ...links.flatMap(({ finding }) => finding ?? []),
    ...togetherFindings(cluster, seen),
  ]);
  const isCutOff = unseen.some(isUnreachable);
  return {
    cluster,
    verdict: isCutOff ? unreachable : worstOf(findings),
    rows: sitesOf(cluster).map((site) => rowOf(site, seen, unseen, findings)),
    // It is broken when there is a finding about it.
    links: links.map(({ link, finding }) => ({ ...link, isBroken: finding !== undefined })),
    /** In the order to put things right in. */
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

const unseenFinding = ({ site, error: { message: what, why, next } }: UnseenSite): DoctorFinding =>
  about('fail', 'reach', { site })({ what, why, next });

/** Whether the way there is what fails. */
const isUnreachable = ({ error }: UnseenSite): boolean => error instanceof UnreachableError;

/** One machine: what was seen there; undefined where nothing was. */
function rowOf(
  site: Site,
  seen: readonly SeenSite[],
  unseen: readonly UnseenSite[],
  findings: readonly DoctorFinding[],
) {
  const isCutOff = unseen.some((one) => one.site.name === site.name && isUnreachable(one));
  const own = findings.filter(({ hosts }) => hosts.includes(site.name));
  const state = isCutOff ? unreachable : worstOf(own);
  return { site, state, seen: seen.find((one) => one.site.name === site.name) };
}

const unreachable: Verdict = 'unreachable';

const worstOf = (findings: readonly DoctorFinding[]): Verdict =>
  (['fail', 'warn'] as const).find((level) => findings.some((one) => one.level === level)) ?? 'ok';

interface Rule {
  readonly check: string;
  readonly level: Level;
  readonly reason: string;
  /** What should be the same everywhere, by host; empty when nobody needs to compare it. */
  readonly values: (cluster: Cluster, seen: readonly SeenSite[]) => ReadonlyMap<string, string>;
  readonly what: string;
  readonly next: (cluster: Cluster) => readonly string[];
}

const rules: readonly Rule[] = [
  {
    check: 'version',
    level: 'fail',
    reason: 'pgBackRest works only between hosts of the same version',
    values: ({ backup }, seen) => (backup ? versionsOf(seen, 'pgbackrest') : new Map()),
    what: 'the versions of pgBackRest differ',
    next: () => [
      'install the same version on all of them: apt-get update; apt-get install --only-upgrade pgbackrest',
      "hosts with different Debian releases need the PostgreSQL project's own repository for that",
    ],
  },
  {
    check: 'version',
    level: 'warn',
    reason: 'a bug that is fixed on one of them comes back after a switchover',
    values: (cluster, seen) => versionsOf(seen, serverPackage(cluster)),
    what: 'the minor versions of PostgreSQL differ',
    next: (cluster) => [
      `install the same version on all of them: apt-get update; apt-get install --only-upgrade ${serverPackage(cluster)}`,
    ],
  },
  {
    check: 'collation',
    level: 'warn',
    reason: 'a replica whose library sorts differently silently finds the wrong rows by index',
    values: (_, seen) => onNodes(seen, ({ facts }) => facts.glibc),
    what: 'the versions of glibc differ, and with them the sort order of text',
    next: () => [
      'use the same operating system release on all nodes',
      'or no collation but C and C.UTF-8 in any index: dbctl makes databases with C.UTF-8',
    ],
  },
  {
    check: 'collation',
    level: 'warn',
    reason: 'a replica whose library sorts differently silently finds the wrong rows by index',
    values: (_, seen) => onNodes(seen, ({ facts }) => facts.icu),
    what: 'the versions of ICU differ, and with them the sort order of text',
    next: () => ['use the same operating system release on all nodes, or no ICU collation in any index'],
  },
];

const onNodes = (
  seen: readonly SeenSite[],
  value: (seen: SeenSite) => string | undefined,
): ReadonlyMap<string, string> =>
  new Map(
    seen.flatMap((one) => {
      const found = one.nodes.length > 0 ? value(one) : undefined;
      return found === undefined ? [] : [[one.site.name, found] as const];
    }),
  );

/** Everything that differs and should not. */
const togetherFindings = (cluster: Cluster, seen: readonly SeenSite[]): readonly DoctorFinding[] => [
  ...rules.flatMap(({ check, level, values, what, next }) => {
    const found = values(cluster, seen);
    if (new Set(found.values()).size <= 1) return [];
    const each = [...found].map(([name, value]) => `${name} ${value}`).join(', ');
    return [{ level, check, hosts: [], what: `${what}: ${each}`, next: next(cluster) }];
  }),
  ...clockFindings(seen),
];

/** Lag and points in time are told by clocks; a second is more than any clock that is kept right is off. */
const worthTelling = 1;
/** From here on the host itself is refused. */
const tooMuch = 60;

function clockFindings(seen: readonly SeenSite[]): readonly DoctorFinding[] {
  const clocks = seen.map(({ site, facts }) => ({ name: site.name, offset: facts.clockOffsetSeconds }));
  const offsets = clocks.map(({ offset }) => offset);
  const apart = Math.max(...offsets) - Math.min(...offsets);
  if (offsets.some((offset) => Math.abs(offset) > tooMuch)) return [];
  const clock = { level: 'warn', check: 'clock', hosts: [], next: ['timedatectl set-ntp true'] } as const;
  if (apart > worthTelling) {
    const each = clocks.map(({ name, offset }) => `${name} ${signed(offset)}`).join(', ');
    return [
      { ...clock, what: `the clocks are ${formatSeconds(apart)} apart: ${each} (from this machine's)` },
    ];
  }
  if (clocks.length === 0 || offsets.every((offset) => Math.abs(offset) <= worthTelling)) return [];
  return [{ ...clock, what: `this machine's clock is ${signed(-offsets[0]!)} from those of the hosts` }];
}

const signed = (seconds: number): string => `${seconds < 0 ? '-' : '+'}${formatSeconds(Math.abs(seconds))}`;
