import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { fixedParts, fullDisks, layoutProblems, linkProblem } from '../../../src/server/fixed-parts.ts';
import { parseLayout, withoutRoom } from '../../../src/server/layout.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const instance = instanceOf(clusterOf(), clusterOf().primary);
const data = '/var/lib/postgresql/17/main';
const plain = 'disk=1000000 400000 1\n';
const layoutOf = (lines: string) => parseLayout(plain + lines);

test('what a host says of links, places and mount points is understood', () => {
  const layout = layoutOf(
    [
      'link=/srv/big/main',
      'beside=root letters photos ',
      'mounted=/srv/big/main/pg_wal',
      'place=700000 600000 2 wal /srv/wal',
      'place=900000 10 3 16401 /srv/my disk/ts',
      'stale=16402 /srv/gone',
      'linked=16404 /srv/link',
      'inplace=16403',
      'hollow=16405 /srv/empty',
      'shared=16406 /srv/my disk\t/var/lib/postgresql/17/dba',
      'stray=READ ME',
    ].join('\n'),
  );

  expect(layout).toEqual({
    disk: { device: '1', totalBytes: 1_024_000_000, freeBytes: 409_600_000 },
    link: '/srv/big/main',
    beside: { owner: 'root', entries: 'letters photos' },
    mounts: ['/srv/big/main/pg_wal'],
    places: [
      {
        kind: 'wal',
        path: '/srv/wal',
        disk: { device: '2', totalBytes: 716_800_000, freeBytes: 614_400_000 },
      },
      {
        kind: 'tablespace',
        oid: '16401',
        path: '/srv/my disk/ts',
        disk: { device: '3', totalBytes: 921_600_000, freeBytes: 10_240 },
      },
    ],
    stale: [{ oid: '16402', path: '/srv/gone' }],
    hollow: [{ oid: '16405', path: '/srv/empty' }],
    shared: [{ oid: '16406', path: '/srv/my disk', other: '/var/lib/postgresql/17/dba' }],
    strays: ['READ ME'],
    linked: [{ oid: '16404', path: '/srv/link' }],
    inPlace: ['16403'],
  });
});

test.each([
  ['nothing special', '', []],
  ['the data directory is a mount point', `mounted=${data}\n`, [/mounted on .*main itself/]],
  ['pg_wal is a mount point', `mounted=${data}/pg_wal\n`, [/mounted on .*pg_wal, inside/]],
  ['a tablespace in the data', `place=9 9 1 16401 ${data}/ts\n`, [/inside the data directory/]],
  [
    'a tablespace in the real place of a link',
    `link=/srv/big/main\nplace=9 9 1 16401 /srv/big/main/ts\n`,
    [/inside/],
  ],
  ['one whose name begins as the data does', `place=9 9 1 16401 ${data}-ts\n`, []],
  ['WAL beside lost+found', 'walroot=/srv/wal\n', [/lost\+found is in .*\/srv\/wal,/]],
  ['one without a directory', 'inplace=16401\n', [/no directory of its own/]],
  ['one whose directory is a link', 'linked=16401 /srv/ts\n', [/srv\/ts, is a link/]],
  ['one whose directory is empty', 'hollow=16401 /srv/ts\n', [/\/srv\/ts, has nothing of PostgreSQL in it/]],
  ['what is no tablespace', 'stray=READ ME\n', [/pg_tblspc\/READ ME is no tablespace/]],
  ['one whose disk is away', 'stale=16401 /srv/ts\n', [/is not there: \/srv\/ts/]],
])('what cannot be moved or copied: %s', (_reason, lines, whats) => {
  expect(fixedParts(layoutOf(lines), instance).map(({ what }) => what)).toEqual(
    whats.map((what) => expect.stringMatching(what)),
  );
});

test.each([
  ['no link', '', undefined],
  ['alone on its disk', 'link=/srv/big/main\nbeside=root \n', undefined],
  ['a directory of PostgreSQL', 'link=/srv/big/main\nbeside=postgres old-main\n', undefined],
  [
    'beside the things of others',
    'link=/srv/main\nbeside=root www ftp\n',
    /in \/srv, which has others' files too: www ftp/,
  ],
  ['at the root', 'link=/main\nbeside=root \n', /in \/, which/],
])('a data directory that is a link: %s', (_reason, lines, what) => {
  const problem = linkProblem(layoutOf(lines), instance);

  if (what === undefined) expect(problem).toBeUndefined();
  else expect(problem?.what).toMatch(what);
});

test('room is counted for each file system, whatever comes to it', () => {
  const [small, large] = [
    { device: '1', totalBytes: 100, freeBytes: 50 },
    { device: '2', totalBytes: 1000, freeBytes: 900 },
  ];
  const needs = [
    { path: '/data', disk: small, bytes: 30 },
    { path: '/srv/one', disk: small, bytes: 30 },
    { path: '/srv/two', disk: large, bytes: 900 },
  ];

  expect(withoutRoom(needs)).toMatchObject([{ paths: '/data, /srv/one', bytes: 60 }]);
  expect(withoutRoom(needs.slice(1))).toEqual([]);
  expect(withoutRoom([{ path: '/srv/full', disk: { ...small, freeBytes: 0 }, bytes: 0 }])).toEqual([]);
});

test('a full disk is named', () => {
  expect(fullDisks(layoutOf('place=700000 0 2 wal /srv/wal\n'), instance)).toEqual([
    'the disk of pg_wal (/srv/wal) is full: 0 B of 684 MB are free',
  ]);
  expect(fullDisks(layoutOf('place=700000 90000 2 wal /srv/wal\n'), instance)).toEqual([]);
});

test.each([
  ['of a replica whose disk is away', 'stale=16401 /srv/ts', 'replica', /dbctl reinit pg2$/],
  [
    'of a primary whose disk is not mounted',
    'hollow=16401 /srv/ts',
    'primary',
    /dbctl backup restore --in-place$/,
  ],
] as const)('a server is not started without a tablespace: %s', (_, lines, role, way) => {
  const node = { name: 'pg2', data: 'cluster', isRunning: false };
  const [problem] = layoutProblems(layoutOf(lines), instance, { ...node, role });

  expect(problem?.what).toContain('/srv/ts');
  expect([problem?.next].flat().at(-1)).toMatch(way);
  expect(layoutProblems(layoutOf(lines), instance, { ...node, role: 'replaced' })).toEqual([]);
});

test.each([
  ['replica', /nothing of the other is touched: dbctl reinit pg2$/],
  ['primary', /ln -sfnT DIRECTORY \S+pg_tblspc\/16401$/],
] as const)("a %s is not started on another server's tablespace", (role, way) => {
  const layout = layoutOf('shared=16401 /srv/other disk\t/var/lib/postgresql/17/dba');
  const node = { name: 'pg2', data: 'cluster', isRunning: false };
  const [problem] = layoutProblems(layout, instance, { ...node, role });

  expect(problem?.what).toMatch(/\/srv\/other disk, is also .* data in \/var\/lib\/postgresql\/17\/dba$/);
  expect([problem?.next].flat()[1]).toMatch(way);
  expect(layoutProblems(layout, instance, { ...node, role: 'replaced' })).toEqual([]);
});
