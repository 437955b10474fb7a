// A cluster that doctor looks at: all is well unless a test says otherwise.

import type { SeenLink, SeenSite } from '../../../src/doctor/facts.ts';
import type { SiteFacts } from '../../../src/doctor/site-query.ts';
import type { HostFacts } from '../../../src/server/host-facts-query.ts';
import type { OwnAddresses } from '../../../src/server/own-addresses-query.ts';
import { neededLinks } from '../../../src/doctor/needs.ts';
import { sitesOf } from '../../../src/model/site.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { bareHost } from '../../support/host-facts.ts';

export const shop = clusterOf({
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
  BACKUP_REPOSITORY: 'posix',
  PGBACKREST_CIPHER_PASS: 'passphrase-of-the-repository',
});

const pgbackrest = { installed: '2.55.1-1', candidate: '2.55.1-1' };
const common = { pgbackrest, curl: { installed: '8.14.1-2', candidate: undefined } };
const packages = { ...common, 'postgresql-17': { installed: undefined, candidate: '17.12-0+deb13u1' } };
export const fitting = { names: ['pg1', '10.0.0.11'], daysLeft: 300, hasName: true, isTrusted: true };

export const bare: SiteFacts = {
  os: 'debian',
  release: '13',
  hasSystemd: true,
  clockOffsetSeconds: 0.004,
  cores: 4,
  memoryBytes: 8 * 1024 ** 3,
  missingPrograms: [],
  disk: { path: '/var/lib/postgresql', totalBytes: 100e9, freeBytes: 60e9 },
  dataBytes: undefined,
  listeners: [],
  hasPackageLists: true,
  packages,
  glibc: '2.41',
  icu: 'libicu76',
  startup: { user: 'root', shell: '/bin/bash', plainMs: 2, loginMs: 6, files: [] },
  overcommit: 0,
  hasHugePagesAlways: false,
};

/** A host that runs a node of ours. */
export const setUp = (name: string): HostFacts => ({
  ...bareHost,
  owner: `shop/${name}`,
  data: { state: 'cluster', version: 17 },
  configuredFor: '/var/lib/postgresql/17/main',
  isStandby: name !== 'pg1',
  listener: { command: 'postgres', pid: 77 },
  postmaster: { pid: 77, port: 5432 },
});

export interface Otherwise {
  readonly facts?: Partial<SiteFacts>;
  readonly node?: HostFacts;
  readonly otherConfigs?: readonly string[];
  readonly speed?: SeenSite['speed'];
  readonly startsAtBoot?: boolean;
  readonly startProblems?: readonly string[];
  readonly addresses?: OwnAddresses;
  /** By "TO:PORT". */
  readonly links?: Readonly<Record<string, Partial<SeenLink>>>;
}

/** All sites; what is said of one by name is different. */
export const sightOf = (
  otherwise: Readonly<Record<string, Otherwise>> = {},
  cluster = shop,
): readonly SeenSite[] =>
  sitesOf(cluster).map((site) => {
    const {
      facts,
      node,
      otherConfigs = [],
      speed,
      startsAtBoot = true,
      startProblems = [],
      addresses = { own: ['127.0.0.1', site.host], found: [site.host], source: undefined },
      links = {},
    } = otherwise[site.name] ?? {};
    return {
      site,
      facts: { ...bare, ...(site.nodes.length === 0 && { packages: common }), ...facts },
      nodes: site.nodes.map((one) => ({
        node: one,
        facts: node ?? bareHost,
        addresses,
        startsAtBoot,
        startProblems,
      })),
      otherConfigs,
      speed: speed ?? { write: 400e6, read: 800e6, sync: 0.001 },
      links: neededLinks(cluster)
        .filter(({ from }) => from === site.name)
        .map((link): SeenLink => ({
          ...link,
          ...(isListening(otherwise[link.to], link.port)
            ? { state: 'open', certificate: fitting }
            : { state: 'refused', certificate: undefined }),
          ...links[`${link.to}:${link.port}`],
        })),
    };
  });

const isListening = ({ node, facts }: Otherwise = {}, port: number): boolean =>
  (port === 5432 && node?.listener !== undefined) ||
  (facts?.listeners ?? []).some((one) => one.port === port);
