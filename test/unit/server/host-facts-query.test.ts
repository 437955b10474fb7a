import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { hostFacts, parseHostFacts, walDisk } from '../../../src/server/host-facts-query.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const now = 1_763_700_000_000;
const answer = `os=debian 13
systemd=yes
clock=1763700003.250000000
owner=shop/pg1
listener=users:(("postgres",pid=812,fd=6),("postgres",pid=812,fd=7))
postmaster=812 5432 ${''}
data=17
standby=yes
signals=standby
state=in archive recovery
identifier=7434
note=
machine=abc
replacing=no
mount=TARGET="/" SOURCE="/dev/vda1" UUID="4c1f" FSTYPE="ext4" OPTIONS="rw,relatime"
configured=/var/lib/postgresql/17/main
elsewhere=
disk=1000 400 64768
cores=4
`;
/** The answer with one line said otherwise. */
const saying = (line: string): string => {
  const [name = ''] = line.split('=');
  return answer.replace(new RegExp(`^${name}=.*$`, 'm'), line);
};

test('a host that runs a replica is understood', () => {
  expect(parseHostFacts(answer, now)).toEqual({
    os: 'debian',
    release: '13',
    hasSystemd: true,
    clockOffsetSeconds: 3.25,
    owner: 'shop/pg1',
    listener: { command: 'postgres', pid: 812 },
    postmaster: { pid: 812, port: 5432 },
    data: { state: 'cluster', version: 17 },
    isStandby: true,
    start: { hasStandbySignal: true, hasRecoverySignal: false, was: 'replica' },
    systemIdentifier: '7434',
    note: undefined,
    isBeingReplaced: false,
    namesake: undefined,
    fileSystem: {
      mountPoint: '/',
      device: '/dev/vda1',
      uuid: '4c1f',
      type: 'ext4',
      isReadOnly: false,
    },
    machine: 'abc',
    configuredFor: '/var/lib/postgresql/17/main',
    elsewhere: undefined,
    diskTotalBytes: 1_024_000,
    diskFreeBytes: 409_600,
    cores: 4,
    layout: {
      disk: { device: '64768', totalBytes: 1_024_000, freeBytes: 409_600 },
      ...{ mounts: [], places: [], stale: [], hollow: [], shared: [], strays: [], linked: [], inPlace: [] },
    },
  });
});

test.each([
  ['nobody listens', 'listener=', { listener: undefined }],
  [
    'a program whose name is odd listens',
    'listener=users:(("my (app)",pid=9,fd=3))',
    { listener: { command: 'my (app)', pid: 9 } },
  ],
  [
    'a process that the server has just forked holds the port too',
    'listener=users:(("postgres",pid=900,fd=6),("postgres",pid=812,fd=6))',
    { listener: { command: 'postgres', pid: 812 } },
  ],
  ['nobody can say who listens', 'listener=users:(nonsense)', { listener: undefined }],
  ['no server runs', 'postmaster=', { postmaster: undefined }],
  ['a server is about to start', 'postmaster=812 ', { postmaster: undefined }],
  ['nothing is there', 'data=absent', { data: { state: 'absent' } }],
  ['an empty directory is there', 'data=empty', { data: { state: 'empty' } }],
  ['a mount point is there', 'data=mount', { data: { state: 'mount' } }],
  ['files of others are there', 'data=foreign', { data: { state: 'foreign' } }],
  [
    'data without its version is there',
    'data=cluster\nlacks=PG_VERSION',
    { data: { state: 'cluster', version: NaN, lacks: 'PG_VERSION' } },
  ],
  [
    'data with a version of words is there',
    'data=seven',
    { data: { state: 'cluster', version: NaN, lacks: 'PG_VERSION' } },
  ],
  [
    'data with a damaged control file is there',
    'data=17\ncontrol=damaged',
    { data: { state: 'cluster', version: 17, lacks: 'global/pg_control' } },
  ],
  ['nobody owns the data', 'owner=', { owner: undefined }],
  ['postgresql-common does not know it', 'configured=', { configuredFor: undefined }],
  ['the node has another place', 'elsewhere=/etc/postgresql/17/pg1', { elsewhere: '/etc/postgresql/17/pg1' }],
  ['it is a primary', 'standby=no', { isStandby: false }],
  ['it was not booted by systemd', 'systemd=no', { hasSystemd: false }],
  ['a release has no number', 'os=arch ', { os: 'arch', release: '' }],
])('%s', (_reason, line, facts) => {
  expect(parseHostFacts(saying(line), now)).toMatchObject(facts);
});

test.each([
  ['nothing', ''],
  ['something else', 'Welcome to pg1!\nLast login: yesterday\n'],
  ['a clock and a disk of words', 'clock=now\ndisk=a b\ndata=x\n'],
])('an answer of %s never looks like a host that can be used', (_reason, stdout) => {
  const facts = parseHostFacts(stdout, now);

  expect(facts.os).toBe('');
  expect(facts.hasSystemd).toBe(false);
  expect(facts.diskFreeBytes > 0).toBe(false);
  expect(Math.abs(facts.clockOffsetSeconds) < 60).toBe(false);
  expect(facts.data).toMatchObject({ state: 'cluster' });
});

test('the places of the instance are arguments of the script', () => {
  const cluster = clusterOf();
  const { argv } = hostFacts(instanceOf(cluster, cluster.primary));

  expect(argv.slice(3)).toEqual([
    'sh',
    '/var/lib/postgresql/17/main',
    '5432',
    '/etc/postgresql/17/main',
    '/etc/dbctl/shop/pg1',
    '/usr/lib/postgresql/17/bin',
  ]);
});

test('the size of a file system is the second column below the heading', () => {
  const df = 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 1000 200 800 20% /\n';

  expect(walDisk(instanceOf(clusterOf(), clusterOf().primary)).parse(`wal=/srv/wal\n${df}`)).toEqual({
    bytes: 1_024_000,
    link: '/srv/wal',
  });
});

test.each([
  ['df', '/dev/sda1 1000 1 999 1% /', 1_024_000],
  ['df about a file system without a device', 'tmpfs          1000  1 999 1% /', 1_024_000],
  ['nonsense', '', NaN],
])('the size of a file system is read from %s', (_reason, line, bytes) => {
  const stdout = `Filesystem 1024-blocks Used Available Capacity Mounted on\n${line}\n`;

  expect(walDisk(instanceOf(clusterOf(), clusterOf().primary)).parse(`wal=\n${stdout}`)).toEqual({
    bytes,
    link: undefined,
  });
});
