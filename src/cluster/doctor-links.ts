// Does every host reach what it will need? How each link went in, findings out.

import { hostAndPort } from './address.ts';
import type { LinkState, SeenLink, SeenSite } from './doctor-facts.ts';
import type { DoctorFinding, Level } from './doctor-finding.ts';

/** Who listens on a port of a site, as that site itself sees it. */
type Listening = 'ours' | 'foreign' | 'nobody' | 'unknown';

interface Rule {
  readonly state: LinkState;
  readonly reason: string;
  readonly broken: (link: SeenLink, listening: Listening) => boolean;
  readonly what: string;
  readonly next: (link: SeenLink) => readonly string[];
}

const tryAgain = ({ from, host, port }: SeenLink): string =>
  `try again on ${from}: timeout 2 bash -c ': </dev/tcp/${host}/${port}' && echo open`;

const letIn = ({ from, to, port }: SeenLink): readonly string[] => [
  `let ${from} in on ${to}; see its rules for port ${port}: nft list ruleset`,
  'and in whatever stands between them: routers, security groups of the cloud',
];

const rules: readonly Rule[] = [
  {
    state: 'silent',
    reason: 'a host that is up answers, if only to refuse; a firewall that drops says nothing',
    broken: () => true,
    what: 'no answer within 2 s, as from a firewall that drops',
    next: (link) => [...letIn(link), tryAgain(link)],
  },
  {
    state: 'no route',
    reason: 'the network, or a firewall, says that there is no way',
    broken: () => true,
    what: 'the network says that there is no way',
    next: (link) => [`see the way on ${link.from}: ip route get ${link.host}`, ...letIn(link)],
  },
  {
    state: 'unknown name',
    reason: 'names of .env.cluster are looked up on the hosts too',
    broken: () => true,
    what: 'nobody there knows that name',
    next: ({ from, host }) => [
      `see it on ${from}: getent hosts ${host}`,
      'give addresses in .env.cluster, or the name to DNS or /etc/hosts of every host',
    ],
  },
  {
    state: 'refused',
    reason: 'what listens and cannot be reached is behind a firewall, or on another address',
    broken: (_, listening) => listening === 'ours',
    what: 'refused, although it listens there',
    next: (link) => [`see on which address, on ${link.to}: ss -ltn sport = :${link.port}`, ...letIn(link)],
  },
  {
    state: 'refused',
    reason: 'a store that somebody else runs must be there already',
    broken: ({ service }, listening) => service === 'store' && listening === 'unknown',
    what: 'refused: nothing listens there',
    next: ({ host }) => [`see whether MINIO_ENDPOINT is right, and whether the store on ${host} runs`],
  },
];

interface CertificateRule {
  readonly broken: (link: SeenLink) => boolean;
  readonly what: (link: SeenLink) => string;
}

const certificateRules: readonly CertificateRule[] = [
  {
    broken: ({ certificate }) => certificate === undefined,
    what: () => 'open, but it shows no certificate',
  },
  {
    broken: ({ certificate }) => certificate?.hasName === false,
    what: ({ certificate, host }) =>
      `its certificate names ${certificate?.names.join(', ') || 'nobody'}, not ${host}`,
  },
  {
    broken: ({ certificate }) => (certificate?.daysLeft ?? 0) < 0,
    what: ({ certificate }) => `its certificate ended ${-(certificate?.daysLeft ?? 0)} days ago`,
  },
  {
    broken: ({ certificate }) => certificate?.isTrusted === false,
    what: () => 'no CA that is trusted here signed its certificate',
  },
];

const certificateAdvice = ({ service }: SeenLink, isForeign: boolean): readonly string[] =>
  isForeign && service === 'store'
    ? ['name the CA of the store: MINIO_CA_CERT']
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
  const way = `to ${link.to} (${hostAndPort(link)})`;
  if (link.state === 'open') {
    const rule = certificateRules.find(({ broken }) => broken(link));
    const next = certificateAdvice(link, listening === 'unknown');
    return rule && { ...about, check: 'certificate', what: `${way}: ${rule.what(link)}`, next };
  }
  const rule = rules.find(({ state, broken }) => state === link.state && broken(link, listening));
  return rule && { ...about, check: 'link', what: `${way}: ${rule.what}`, next: rule.next(link) };
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
