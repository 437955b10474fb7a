// Does every host reach what it will need? How each link went in, findings out.

import { hostAndPort } from '../model/address.ts';
import type { SeenLink, SeenSite } from './facts.ts';
import type { LinkState } from '../system/try-links.ts';
import type { DoctorFinding, Level } from './finding.ts';

/** Who listens on a port of a site, as that site itself sees it. */
type Listening = 'ours' | 'foreign' | 'nobody' | 'unknown';

interface Rule {
  readonly state: LinkState;
  readonly reason: string;
  readonly broken: (link: SeenLink, listening: Listening) => boolean;
  /** `place` is "pg2 (10.0.0.12:8432)". */
  readonly what: (place: string, link: SeenLink) => string;
  readonly next: (link: SeenLink, ownAddress: string) => readonly string[];
}

const letIn = ({ to, port }: SeenLink, ownAddress: string): readonly string[] => [
  `find the firewall that drops it, first on ${to}: nft list ruleset | grep -w ${port}`,
  `with ufw there: ufw allow proto tcp from ${ownAddress} to any port ${port}`,
  'then between the hosts: routers, security groups of the cloud',
];

const rules: readonly Rule[] = [
  {
    state: 'silent',
    reason: 'a host that is up answers, if only to refuse; a firewall that drops packets does not',
    broken: () => true,
    what: (place) => `no answer from ${place} within 2 s, as with a firewall that drops packets`,
    next: letIn,
  },
  {
    state: 'no route',
    reason: 'the network or a firewall reports that there is no route',
    broken: () => true,
    what: (place) => `no route to ${place}, as the network or a firewall reports`,
    next: (link, ownAddress) => [`see the route: ip route get ${link.host}`, ...letIn(link, ownAddress)],
  },
  {
    state: 'unknown name',
    reason: 'the hosts resolve the names of .env.cluster as well',
    broken: () => true,
    what: (_, { host }) => `it cannot resolve the name ${host}`,
    next: ({ host }) => [
      `try it: getent hosts ${host}`,
      'use addresses in .env.cluster, or add the name to DNS or to /etc/hosts of every host',
    ],
  },
  {
    state: 'refused',
    reason: 'a program that listens and cannot be reached is behind a firewall, or on another address',
    broken: (_, listening) => listening === 'ours',
    what: (place) => `${place} refuses, although it listens there`,
    next: (link, ownAddress) => [
      `see its address, on ${link.to}: ss -ltn sport = :${link.port}`,
      ...letIn(link, ownAddress),
    ],
  },
  {
    state: 'refused',
    reason: 'a store that dbctl does not run must exist already',
    broken: ({ service }, listening) => service === 'store' && listening === 'unknown',
    what: (place) => `${place} refuses: nothing listens there`,
    next: ({ host }) => [`check MINIO_ENDPOINT, and that the store on ${host} is running`],
  },
];

interface CertificateRule {
  readonly broken: (link: SeenLink) => boolean;
  readonly what: (link: SeenLink) => string;
}

const certificateRules: readonly CertificateRule[] = [
  {
    broken: ({ certificate }) => certificate === undefined,
    what: () => 'is open and presents no certificate',
  },
  {
    broken: ({ certificate }) => certificate?.hasName === false,
    what: ({ certificate, host }) =>
      `presents a certificate for ${certificate?.names.join(', ') || 'no name'}, not for ${host}`,
  },
  {
    broken: ({ certificate }) => (certificate?.daysLeft ?? 0) < 0,
    what: ({ certificate }) => `presents a certificate that ended ${-(certificate?.daysLeft ?? 0)} days ago`,
  },
  {
    broken: ({ certificate }) => certificate?.isTrusted === false,
    what: () => 'presents a certificate that is not signed by a CA trusted here',
  },
];

const certificateAdvice = ({ service }: SeenLink, isForeign: boolean): readonly string[] =>
  isForeign && service === 'store'
    ? ['set the CA of the store: MINIO_CA_CERT']
    : ['see all certificates: dbctl certs status', 'make new ones: dbctl certs rotate'];

/** What is wrong with a link; undefined when nothing is. `unreachable` are sites that nobody could look at: told elsewhere. */
export function linkFinding(
  link: SeenLink,
  seen: readonly SeenSite[],
  unreachable: readonly string[],
): DoctorFinding | undefined {
  const listening = listeningOn(link, seen);
  if (unreachable.includes(link.to) || listening === 'foreign') return undefined;
  const level: Level = link.isLater ? 'warn' : 'fail';
  const about = { level, hosts: [link.from], why: whyOf(link) };
  const place = link.to === link.host ? hostAndPort(link) : `${link.to} (${hostAndPort(link)})`;
  if (link.state === 'open') {
    // Whoever tells a role has no certificate.
    const rule = link.service === 'role' ? undefined : certificateRules.find(({ broken }) => broken(link));
    const next = certificateAdvice(link, listening === 'unknown');
    return rule && { ...about, check: 'certificate', what: `${place} ${rule.what(link)}`, next };
  }
  const rule = rules.find(({ state, broken }) => state === link.state && broken(link, listening));
  const ownAddress = seen.find(({ site }) => site.name === link.from)?.site.host ?? link.from;
  return rule && { ...about, check: 'link', what: rule.what(place, link), next: rule.next(link, ownAddress) };
}

const whyOf = ({ why, isLater }: SeenLink): string =>
  isLater ? `needed when the primary changes: ${why}` : `needed: ${why}`;

function listeningOn({ to, port, service }: SeenLink, seen: readonly SeenSite[]): Listening {
  const site = seen.find((one) => one.site.name === to);
  if (site === undefined) return 'unknown';
  if (service !== 'postgres') {
    const listener = site.facts.listeners.find((one) => one.port === port);
    if (listener === undefined) return 'nobody';
    return listener.unit?.startsWith('dbctl-') ? 'ours' : 'foreign';
  }
  const facts = site.nodes.find(({ node }) => node.port === port)?.facts;
  if (facts?.listener === undefined) return 'nobody';
  return facts.listener.pid === facts.postmaster?.pid ? 'ours' : 'foreign';
}
