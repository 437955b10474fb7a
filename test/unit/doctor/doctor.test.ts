import { expect, test } from 'vitest';
import { inOrder, type DoctorFinding } from '../../../src/doctor/finding.ts';
import { doctorReport } from '../../../src/doctor/report.ts';
import { sitesOf } from '../../../src/model/site.ts';
import { bare, fitting, setUp, shop, sightOf, type Otherwise } from './doctor-sight.ts';
import { bareHost } from '../../support/host-facts.ts';
import { RefusedError, UnreachableError } from '../../../src/model/errors.ts';

type Cases = readonly (readonly [string, Readonly<Record<string, Otherwise>>, readonly string[]])[];

const told = (otherwise: Readonly<Record<string, Otherwise>>): readonly string[] =>
  doctorReport(shop, sightOf(otherwise), []).findings.map(
    ({ level, hosts, what }) => `${level} ${hosts.join(' ')}: ${what}`,
  );

const noPackages = { packages: { pgbackrest: bare.packages['pgbackrest']! } };
const server = (installed: string) => ({
  packages: { ...bare.packages, 'postgresql-17': { installed, candidate: '17.12-0+deb13u1' } },
});
const slow = { user: 'root', shell: '/bin/bash', plainMs: 2, loginMs: 180 };
const shows = (other: Partial<typeof fitting>) => ({
  control: {
    links: { 'pg1:8432': { state: 'open' as const, certificate: { ...fitting, ...other } } },
  },
});

test.each<Cases[number]>([
  ['bare hosts are fine', {}, []],
  ['a set-up cluster is fine', { pg1: { node: setUp('pg1') }, pg2: { node: setUp('pg2') } }, []],
  ['a certificate that fits is fine', shows({}), []],
  [
    'a certificate is not judged before there is a CA',
    shows({ isTrusted: undefined as unknown as boolean }),
    [],
  ],
  [
    'a shell is slow only beside a plain one',
    { pg1: { facts: { startup: { ...slow, plainMs: 90, files: [] } } } },
    [],
  ],
  ['half a second of clock is nothing', { pg1: { facts: { clockOffsetSeconds: 0.5 } } }, []],
  [
    'an unknown system is refused',
    { control: { facts: { os: 'fedora', release: '43' } } },
    ['fail control: it runs fedora 43'],
  ],
  [
    'a foreign listener is named',
    { pg1: { node: { ...bareHost, listener: { command: 'nginx', pid: 5 } } } },
    ['fail pg1: port 5432 is taken by nginx (pid 5)'],
  ],
  [
    "one on pgBackRest's port too",
    { pg2: { facts: { listeners: [{ port: 8432, command: 'java', pid: 9, unit: 'wildfly.service' }] } } },
    ['fail pg2: port 8432 is taken by java (pid 9, wildfly.service)'],
  ],
  [
    "pgBackRest's own server is ours",
    {
      pg2: {
        facts: {
          listeners: [{ port: 8432, command: 'pgbackrest', pid: 9, unit: 'dbctl-pgbackrest-shop.service' }],
        },
      },
    },
    [],
  ],
  [
    'a server that was stopped is told',
    { pg1: { node: { ...setUp('pg1'), listener: undefined, postmaster: undefined } } },
    ['warn pg1: postgresql@17-main.service is not running'],
  ],
  [
    'a server that would not come back after a boot is told, and one that is not set up is not',
    { pg1: { node: setUp('pg1'), startsAtBoot: false }, pg2: { startsAtBoot: false } },
    ['warn pg1: postgresql@17-main.service does not start at boot'],
  ],
  [
    'settings with which a server that is set up would not start are told',
    { pg1: { node: setUp('pg1'), startProblems: ['no\nlibrary'] }, pg2: { startProblems: ['no data'] } },
    ['fail pg1: PostgreSQL on pg1 would not start with these settings: no; library'],
  ],
  [
    'without ss nobody knows whether a server runs',
    {
      pg1: {
        node: { ...setUp('pg1'), listener: undefined },
        facts: { missingPrograms: ['ss'] },
      },
    },
    ['warn pg1: ss missing, so not everything could be checked'],
  ],
  [
    'a full disk is told',
    { control: { facts: { disk: { path: '/srv', totalBytes: 100 * 1024 ** 3, freeBytes: 2 * 1024 ** 3 } } } },
    ['fail control: 2.0 GB of 100 GB (2 %) are free on /srv: it is nearly full'],
  ],
  [
    'a filling disk too',
    { control: { facts: { disk: { path: '/srv', totalBytes: 100 * 1024 ** 3, freeBytes: 9 * 1024 ** 3 } } } },
    ['warn control: 9.0 GB of 100 GB (9 %) are free on /srv'],
  ],
  [
    'a replica has room for what it clones',
    { pg1: { node: setUp('pg1'), facts: { dataBytes: 60e9 } } },
    ['fail pg2: 75.5 GB are needed for /var/lib/postgresql/17/main; 60.0 GB are free'],
  ],
  [
    'slow disks are told',
    { pg2: { speed: { write: 2 * 1024 ** 2, read: undefined, sync: 0.045 } } },
    [
      'warn pg2: a commit waits 45 ms for the disk of /var/lib/postgresql',
      'warn pg2: /var/lib/postgresql takes 2.0 MB/s',
    ],
  ],
  [
    'little memory is told',
    { pg1: { facts: { memoryBytes: 512 * 1024 ** 2 } } },
    ['warn pg1: it has 512 MB of memory'],
  ],
  [
    'slow start-up files are named',
    {
      pg1: {
        facts: {
          startup: {
            ...slow,
            files: [
              { path: '/root/.bashrc', ms: 171 },
              { path: '/etc/profile', ms: 3 },
            ],
          },
        },
      },
    },
    [
      'warn pg1: a login shell of root (/bin/bash) takes 180 ms to start; slow startup files: /root/.bashrc 171 ms',
    ],
  ],
  [
    'a shell that is slow by itself too',
    { pg1: { facts: { startup: { ...slow, files: [] } } } },
    ['warn pg1: a login shell of root (/bin/bash) takes 180 ms to start'],
  ],
  [
    'an address that the host has not is told',
    { pg1: { addresses: { own: ['127.0.0.1', '10.9.0.1'], found: ['10.0.0.11'], source: undefined } } },
    [expect.stringMatching(/^fail pg1: 10\.0\.0\.11 is no address of pg1, .*; it has 10\.9\.0\.1$/)],
  ],
  [
    'a replica that arrives from another address is told',
    { pg2: { addresses: { own: ['10.0.0.12', '10.0.0.99'], found: ['10.0.0.12'], source: '10.0.0.99' } } },
    ['fail pg2: pg2 goes out to pg1 with 10.0.0.99, and pg_hba.conf lets in 10.0.0.12'],
  ],
  ['without a shell nothing is said', { pg1: { facts: { startup: undefined } } }, []],
  [
    'settings of the kernel are only noted',
    { pg1: { facts: { overcommit: 1, hasHugePagesAlways: true } } },
    [
      'note pg1: vm.overcommit_memory is 1: when memory runs out, the kernel kills PostgreSQL',
      'note pg1: transparent huge pages are always on, which can stall PostgreSQL',
    ],
  ],
  [
    'programs that doctor needs are named',
    { pg1: { facts: { missingPrograms: ['ss', 'perl'] } } },
    ['warn pg1: ss and perl missing, so not everything could be checked'],
  ],
  [
    'a package that nobody offers is told',
    { pg2: { facts: noPackages } },
    ['fail pg2: it cannot install postgresql-17'],
  ],
  [
    'without package lists nobody knows',
    { pg2: { facts: { ...noPackages, hasPackageLists: false } } },
    ['warn pg2: it has no package lists, so it is unknown what it can install'],
  ],
  [
    'minor versions are compared, not packagings',
    { pg1: { facts: server('17.11-1.pgdg13+1') }, pg2: { facts: server('17.12-1.pgdg13+1') } },
    ['warn : the minor versions of PostgreSQL differ: pg1 17.11, pg2 17.12'],
  ],
  [
    'versions of pgBackRest must be the same',
    { control: { facts: { packages: { pgbackrest: { installed: '2.54.2-1', candidate: '2.55.1-1' } } } } },
    ['fail : the versions of pgBackRest differ: control 2.54.2, pg1 2.55.1, pg2 2.55.1'],
  ],
  [
    'libraries that sort are compared on nodes only',
    { control: { facts: { glibc: '2.36' } }, pg2: { facts: { glibc: '2.36', icu: 'libicu72' } } },
    [
      'warn : the versions of glibc differ, and with them the sort order of text: pg1 2.41, pg2 2.36',
      'warn : the versions of ICU differ, and with them the sort order of text: pg1 libicu76, pg2 libicu72',
    ],
  ],
  [
    'clocks are compared with each other',
    {
      control: { facts: { clockOffsetSeconds: 0 } },
      pg1: { facts: { clockOffsetSeconds: -3 } },
      pg2: { facts: { clockOffsetSeconds: 0.2 } },
    },
    ["warn : the clocks are 3.2 s apart: control +0 s, pg1 -3 s, pg2 +0.2 s (from this machine's)"],
  ],
  [
    'and with this machine',
    Object.fromEntries(
      ['control', 'pg1', 'pg2'].map((name) => [name, { facts: { clockOffsetSeconds: 40 } }]),
    ),
    ["warn : this machine's clock is -40 s from those of the hosts"],
  ],
  [
    'a clock that is a minute off is refused',
    { control: { facts: { clockOffsetSeconds: -120 } } },
    ["fail control: its clock is 120 s behind this machine's"],
  ],
])('%s', (_, otherwise, wanted) => {
  expect(told(otherwise)).toEqual(wanted);
});

test.each<Cases[number]>([
  [
    'a firewall that drops',
    { control: { links: { 'pg1:8432': { state: 'silent' } } } },
    ['fail control: no answer from pg1 (10.0.0.11:8432) within 2 s, as with a firewall that drops packets'],
  ],
  [
    'what is needed later may wait',
    { pg1: { links: { 'pg2:5432': { state: 'silent' } } } },
    ['warn pg1: no answer from pg2 (10.0.0.12:5432) within 2 s, as with a firewall that drops packets'],
  ],
  [
    'no SSH',
    { pg2: { links: { 'pg1:5432': { state: 'no route' } } } },
    ['fail pg2: no route to pg1 (10.0.0.11:5432), as the network or a firewall reports'],
  ],
  [
    'a name that the host does not know',
    { pg2: { links: { 'pg1:5432': { state: 'unknown name' } } } },
    ['fail pg2: it cannot resolve the name 10.0.0.11'],
  ],
  [
    'what listens and refuses',
    { pg1: { node: setUp('pg1') }, pg2: { links: { 'pg1:5432': { state: 'refused' } } } },
    ['fail pg2: pg1 (10.0.0.11:5432) refuses, although it listens there'],
  ],
  ['what was not tried is no fault', { pg2: { links: { 'pg1:5432': { state: 'not tried' } } } }, []],
  [
    'what a foreign listener shows is told there',
    {
      pg1: { node: { ...bareHost, listener: { command: 'nginx', pid: 5 } } },
      pg2: { links: { 'pg1:5432': { state: 'open' } } },
    },
    ['fail pg1: port 5432 is taken by nginx (pid 5)'],
  ],
  [
    'a port without TLS',
    { control: { links: { 'pg1:8432': { state: 'open' } } } },
    ['fail control: pg1 (10.0.0.11:8432) is open and presents no certificate'],
  ],
  [
    'another name',
    shows({ names: ['db1'], hasName: false }),
    ['fail control: pg1 (10.0.0.11:8432) presents a certificate for db1, not for 10.0.0.11'],
  ],
  [
    'no name at all',
    shows({ names: [], hasName: false }),
    ['fail control: pg1 (10.0.0.11:8432) presents a certificate for no name, not for 10.0.0.11'],
  ],
  [
    'an old one',
    shows({ daysLeft: -3 }),
    ['fail control: pg1 (10.0.0.11:8432) presents a certificate that ended 3 days ago'],
  ],
  [
    'one of nobody that is trusted',
    shows({ isTrusted: false }),
    ['fail control: pg1 (10.0.0.11:8432) presents a certificate that is not signed by a CA trusted here'],
  ],
])('a link can fail: %s', (_, otherwise, wanted) => {
  expect(told(otherwise)).toEqual(wanted);
});

const pg2 = sitesOf(shop).find(({ name }) => name === 'pg2')!;
const others = () =>
  sightOf({ pg1: { links: { 'pg2:5432': { state: 'silent' } } } }).filter(
    ({ site }) => site !== pg2 && site.name !== 'pg2',
  );

test('a host that cannot be reached is told once, first, and hides no other', () => {
  const unseen = { site: pg2, error: new UnreachableError({ what: 'pg2 is off', next: ['turn it on'] }) };
  const { verdict, rows, links, findings } = doctorReport(shop, others(), [unseen]);

  expect(verdict).toBe('unreachable');
  expect(rows.map(({ site, state }) => `${site.name} ${state}`)).toEqual([
    'control ok',
    'pg1 ok',
    'pg2 unreachable',
  ]);
  expect(findings.map(({ what }) => what)).toEqual(['pg2 is off']);
  expect(links.filter(({ from }) => from === 'pg2').map(({ state }) => state)).toEqual([
    'not tried',
    'not tried',
  ]);
});

test('a host that may not be looked at is to be put right', () => {
  const unseen = { site: pg2, error: new RefusedError({ what: 'no sudo' }) };

  const { verdict, rows } = doctorReport(shop, others(), [unseen]);

  expect(verdict).toBe('fail');
  expect(rows.at(-1)?.state).toBe('fail');
});

test('the same thing on several hosts is told once, what must be put right first', () => {
  const one: DoctorFinding = { level: 'warn', check: 'memory', hosts: ['pg1'], what: 'little', next: [] };

  expect(
    inOrder([
      one,
      { ...one, hosts: ['pg2'] },
      { ...one, level: 'fail', check: 'disk' },
      { ...one, check: 'reach' },
    ]),
  ).toEqual([
    { ...one, level: 'fail', check: 'disk' },
    { ...one, check: 'reach' },
    { ...one, hosts: ['pg1', 'pg2'] },
  ]);
});
