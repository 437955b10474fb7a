import { expect, test } from 'vitest';
import { hasData, hostProblems, type Expectation } from '../../../src/server/host-check.ts';
import type { HostFacts } from '../../../src/server/host-facts-query.ts';
import { instanceOf } from '../../../src/model/instance.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { bareHost } from '../../support/host-facts.ts';

const cluster = clusterOf();
const primary: Expectation = {
  instance: instanceOf(cluster, cluster.primary),
  owner: 'shop/pg1',
  role: 'primary',
  neededBytes: 2e9,
};
const replica: Expectation = { ...primary, role: 'replica' };

const fresh: HostFacts = { ...bareHost, clockOffsetSeconds: 0.4, diskFreeBytes: 50e9 };

/** A primary that runs there since an earlier run. */
const ours: Partial<HostFacts> = {
  owner: 'shop/pg1',
  data: { state: 'cluster', version: 17 },
  listener: { command: 'postgres', pid: 77 },
  postmaster: { pid: 77, port: 5432 },
  configuredFor: '/var/lib/postgresql/17/main',
};

const directory = '/var/lib/postgresql/17/main';

const whats = (facts: Partial<HostFacts>, wanted: Expectation): readonly string[] =>
  hostProblems({ ...fresh, ...facts }, wanted).map(({ what }) => what);

test.each<[string, Partial<HostFacts>, Expectation]>([
  ['a fresh host can become a primary', {}, primary],
  ['a fresh host can become a replica', {}, replica],
  ['Debian 12 is supported', { release: '12' }, primary],
  ['Ubuntu 22.04 is supported', { os: 'ubuntu', release: '22.04' }, primary],
  ['Ubuntu 24.10 is supported', { os: 'ubuntu', release: '24.10' }, primary],
  ['an empty directory is replaced', { data: { state: 'empty' } }, primary],
  ['our own primary may be set up again', ours, primary],
  ['our own replica may be set up again', { ...ours, isStandby: true }, replica],
  ['data that is there needs no more room', { ...ours, diskFreeBytes: 0 }, primary],
  ['exactly enough room is enough', { diskFreeBytes: 2e9 }, primary],
  ['a minute is not too far off', { clockOffsetSeconds: 60 }, primary],
  [
    'our data may be lost, and our settings still there',
    { owner: 'shop/pg1', configuredFor: directory },
    primary,
  ],
  ["Debian's testing has a name and no number yet", { release: 'forky' }, primary],
  ['our server may be stopped', { ...ours, listener: undefined, postmaster: undefined }, primary],
  ['a note of an owner whose data is gone does not matter', { owner: 'other/pg1' }, primary],
])('%s', (_reason, facts, wanted) => {
  expect(whats(facts, wanted)).toEqual([]);
});

test.each<[string, Partial<HostFacts>, Expectation, string]>([
  ['Debian 11 has other packages', { release: '11' }, primary, 'it runs debian 11'],
  ['another system has other packages', { os: 'fedora', release: '43' }, primary, 'it runs fedora 43'],
  ['a release without number and name is none', { release: '' }, primary, 'it runs debian '],
  [
    'only of Debian are code names newer than all numbers',
    { os: 'ubuntu', release: 'warty' },
    primary,
    'it runs ubuntu warty',
  ],
  ['a name from JavaScript is no system', { os: 'toString' }, primary, 'it runs toString 13'],
  ['no answer is no system', { os: '', release: '' }, primary, 'it runs an unknown system '],
  ['units need systemd', { hasSystemd: false }, primary, 'systemd is not running there'],
  [
    'a certificate of today is not valid there yet',
    { clockOffsetSeconds: -3600 },
    primary,
    "its clock is 3600 s behind this machine's",
  ],
  [
    'a certificate of today may be over there',
    { clockOffsetSeconds: 60.6 },
    primary,
    "its clock is 61 s ahead of this machine's",
  ],
  [
    'somebody else listens on the port',
    { listener: { command: 'haproxy', pid: 12 } },
    primary,
    'port 5432 is taken by haproxy (pid 12)',
  ],
  [
    'a server that is not of this data directory listens',
    { ...ours, postmaster: { pid: 78, port: 5432 } },
    primary,
    'port 5432 is taken by postgres (pid 77)',
  ],
  [
    'our server still has the port it had before',
    { ...ours, listener: undefined, postmaster: { pid: 77, port: 5433 } },
    primary,
    'PostgreSQL runs there on port 5433, and .env.cluster says 5432',
  ],
  [
    'a mount point cannot be replaced by a directory',
    { data: { state: 'mount' } },
    primary,
    `a file system is mounted on ${directory} itself`,
  ],
  [
    'a cluster without our note is not ours',
    { ...ours, owner: undefined },
    primary,
    `${directory} holds data that dbctl did not create`,
  ],
  [
    'files that are no cluster are not ours',
    { data: { state: 'foreign' } },
    primary,
    `${directory} holds data that dbctl did not create`,
  ],
  [
    'a server on other data would start instead of ours',
    { configuredFor: '/srv/data' },
    primary,
    '/etc/postgresql/17/main is the configuration of another server, for the data in /srv/data',
  ],
  [
    'a server on other data would start, whoever owned what was here',
    { owner: 'shop/pg1', configuredFor: '/srv/data' },
    primary,
    '/etc/postgresql/17/main is the configuration of another server, for the data in /srv/data',
  ],
  [
    'settings that somebody else left would become ours',
    { configuredFor: directory },
    replica,
    `/etc/postgresql/17/main is the configuration of another server, for the data in ${directory}`,
  ],
  [
    'another cluster of ours is another cluster',
    { ...ours, owner: 'billing/pg1' },
    primary,
    `${directory} belongs to billing/pg1, not to shop/pg1`,
  ],
  [
    'a server reads only its own version',
    { ...ours, data: { state: 'cluster', version: 15 } },
    primary,
    'its data directory is of version 15, and POSTGRES_VERSION is 17',
  ],
  [
    'a replica must not be made a primary',
    { ...ours, isStandby: true },
    primary,
    'pg1 is a replica: its data has a standby.signal',
  ],
  [
    'a primary must not be made a replica',
    ours,
    replica,
    `it holds a primary's data (no standby.signal in ${directory})`,
  ],
  [
    'a full disk stops PostgreSQL',
    { diskFreeBytes: 1_900_000_000 },
    primary,
    `2.0 GB are needed for ${directory}; 1.9 GB are free`,
  ],
])('%s', (_reason, facts, wanted, what) => {
  expect(whats(facts, wanted)).toEqual([what]);
});

test('an answer that makes no sense is a problem, not a fact', () => {
  expect(whats({ clockOffsetSeconds: NaN }, primary)).toHaveLength(1);
  expect(whats({ diskFreeBytes: NaN }, primary)).toHaveLength(1);
});

test('every problem is said at once, each with what to do', () => {
  const problems = hostProblems(
    { ...fresh, os: 'arch', hasSystemd: false, data: { state: 'foreign' }, diskFreeBytes: 0 },
    primary,
  );

  expect(problems).toHaveLength(4);
  expect(problems.every(({ next }) => [next].flat().every((line) => line.length > 10))).toBe(true);
});

const nexts = (facts: Partial<HostFacts>, wanted: Expectation): readonly string[] =>
  hostProblems({ ...fresh, ...facts }, wanted).flatMap(({ next }) => next);

test.each<[string, Partial<HostFacts>, Expectation, string, string]>([
  [
    'data that another account owns',
    { ...ours, dataOf: 'root' },
    primary,
    `${directory} belongs to root, not to postgres: no server can use it`,
    `give it back, on pg1: chown -R postgres:postgres ${directory}/`,
  ],
  [
    'data without its version',
    { ...ours, data: { state: 'cluster', version: NaN, lacks: 'PG_VERSION' } },
    primary,
    `${directory} has no PG_VERSION, or a damaged one, and no server starts without it`,
    `put it back, on pg1: echo 17 | install -o postgres -g postgres -m 600 /dev/stdin ${directory}/PG_VERSION`,
  ],
  [
    'a replica without its control file',
    { ...ours, data: { state: 'cluster', version: 17, lacks: 'global/pg_control' }, isStandby: true },
    replica,
    `${directory} has no global/pg_control, or a damaged one, and no server starts without it`,
    "give it the primary's data: dbctl reinit pg1",
  ],
  [
    'a primary without its control file',
    { ...ours, data: { state: 'cluster', version: 17, lacks: 'global/pg_control' } },
    primary,
    `${directory} has no global/pg_control, or a damaged one, and no server starts without it`,
    'with backups, restore it: dbctl backup restore --in-place',
  ],
  [
    'a server that runs without its configuration',
    { ...ours, configuredFor: undefined },
    primary,
    'PostgreSQL runs there, and its configuration is gone: /etc/postgresql/17/main',
    'stop it, on pg1: runuser -u postgres -- /usr/lib/postgresql/17/bin/pg_ctl stop -m fast -D /var/lib/postgresql/17/main',
  ],
  [
    'another node of the same cluster',
    { ...ours, owner: 'shop/pg2' },
    primary,
    `${directory} belongs to shop/pg2, not to shop/pg1`,
    'if .env.cluster gives pg1 the address of pg2, correct it there',
  ],
  [
    'data that nobody noted',
    { ...ours, owner: undefined, systemIdentifier: '77' },
    primary,
    `${directory} holds data that dbctl did not create`,
    'if it is the data of shop/pg1 (system identifier 77), and only the note of that is gone, on pg1: mkdir -p /etc/dbctl/shop/pg1 && echo shop/pg1 >/etc/dbctl/shop/pg1/owner',
  ],
])('%s is named, with the way out', (_, facts, wanted, what, next) => {
  expect(whats(facts, wanted)).toEqual([what]);
  expect(nexts(facts, wanted)).toContain(next);
});

test('data that is replaced may be of any account, and lack any file', () => {
  const data = { state: 'cluster', version: 17, lacks: 'global/pg_control' } as const;

  expect(whats({ ...ours, dataOf: 'root', data }, { ...primary, role: 'replaced' })).toEqual([]);
});

test('only a cluster counts as data', () => {
  const states = (['absent', 'empty', 'foreign'] as const).map((state) => ({ ...fresh, data: { state } }));

  expect(states.map(hasData)).toEqual([false, false, false]);
  expect(hasData({ ...fresh, ...ours })).toBe(true);
});

test('a node whose port was changed is not begun anew beside its data', () => {
  expect(whats({ elsewhere: '/etc/postgresql/17/pg1' }, primary)).toEqual([
    'shop/pg1 is the server of /etc/postgresql/17/pg1 there, and .env.cluster means /etc/postgresql/17/main',
  ]);
});
