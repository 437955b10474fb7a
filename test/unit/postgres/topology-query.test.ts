import { expect, test } from 'vitest';
import { nodeSight, parseSight, readTopologyOn } from '../../../src/postgres/topology-query.ts';
import { CommandError } from '../../../src/model/errors.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when } from '../../support/answering.ts';
import { pg1, pg2, shop } from '../../support/shop.ts';

const see = (...lines: readonly string[]) =>
  parseSight(pg2, 'shop/pg2', lines.map((one) => `${one}\n`).join(''));

const answer = (isInRecovery: boolean) =>
  JSON.stringify({
    isInRecovery,
    timeline: 2,
    systemIdentifier: '7710577755734573251',
    lsn: '0/5000148',
    since: isInRecovery ? null : '2026-11-21T10:00:00+00:00',
    upstream: isInRecovery ? '10.0.0.11' : null,
    history: '1\t0/3000148\tno recovery target specified\n',
    isStreaming: isInRecovery,
  });

const control = [
  'Database system identifier:           7710577755734573251',
  'Latest checkpoint location:           0/4000060',
  "Latest checkpoint's TimeLineID:       1",
  "Min recovery ending loc's timeline:   0",
];

test('a server that takes writes is a primary, since its timeline began', () => {
  expect(see('owner=shop/pg2', 'standby=no', 'server=answers', answer(false))).toMatchObject({
    state: 'primary',
    data: {
      timeline: 2,
      ancestors: [{ timeline: 1, endLsn: '0/3000148' }],
      isStandby: false,
      since: '2026-11-21T10:00:00.000Z',
      lsn: '0/5000148',
    },
  });
});

test('a server in recovery is a replica of whom it follows', () => {
  expect(see('owner=shop/pg2', 'standby=yes', 'server=answers', answer(true))).toMatchObject({
    state: 'replica',
    data: { isStandby: true, since: null, upstream: '10.0.0.11', isStreaming: true },
  });
});

test('of a server that does not answer its data tells', () => {
  expect(see('owner=shop/pg2', 'standby=no', 'server=silent', ...control)).toMatchObject({
    state: 'stopped',
    data: { timeline: 1, isStandby: false, lsn: '0/4000060', systemIdentifier: '7710577755734573251' },
  });
});

test('a promotion before the last checkpoint is known from the history of its timeline', () => {
  const history = [
    'history=00000002.history',
    '00000002.history: 1\t0/3000148\tno recovery target specified',
  ];
  const lines = ['owner=shop/pg2', 'standby=no', 'server=silent', ...history, ...control];

  expect(see(...lines).data).toMatchObject({
    timeline: 2,
    ancestors: [{ timeline: 1, endLsn: '0/3000148' }],
  });
  expect(see(...lines.with(1, 'standby=yes')).data?.timeline).toBe(1);
});

test.each([
  [
    'a replica that lost its signal file is still one',
    'standby=no',
    'shut down in recovery',
    { isStandby: true, was: 'replica' },
  ],
  [
    'a primary with a stale one is known as what it was',
    'standby=yes',
    'in production',
    { isStandby: true, was: 'primary' },
  ],
  ['a former primary is none', 'standby=no', 'shut down', { isStandby: false, was: 'primary' }],
])('%s', (_, standby, state, wanted) => {
  const lines = ['owner=shop/pg2', standby, 'server=silent', `Database cluster state: ${state}`, ...control];

  expect(see(...lines).data).toMatchObject(wanted);
});

test.each([
  ['no data is nothing', ['owner=', 'standby=no'], { state: 'bare' }],
  [
    'data without our note is not ours',
    ['owner=', 'standby=no', 'server=silent', ...control],
    { state: 'another' },
  ],
  [
    'nor is the server of another node',
    ['owner=shop/pg9', 'standby=no', 'server=answers', answer(false)],
    { state: 'another' },
  ],
  [
    'data without a control file tells nothing',
    ['owner=shop/pg2', 'standby=no', 'server=silent', 'control=none'],
    { state: 'stopped', problem: 'its control file is gone' },
  ],
  [
    'nor does a damaged one',
    ['owner=shop/pg2', 'standby=no', 'server=silent', 'control=damaged'],
    { state: 'stopped', problem: 'its control file is damaged' },
  ],
])('%s', (_, lines, wanted) => {
  expect(see(...lines)).toEqual({ node: pg2, ...wanted });
});

test('a server that cannot be asked is a fact, and hides no other', async () => {
  const hung = fakeHost(
    {},
    answering(
      when(nodeSight(shop, pg1), () => {
        throw new CommandError({ what: 'psql ended with 124 on pg1' });
      }),
    ),
    'pg1',
  ).host;
  const led = fakeHost(
    {},
    answering(when(nodeSight(shop, pg2), `owner=shop/pg2\nstandby=no\nserver=answers\n${answer(false)}\n`)),
    'pg2',
  ).host;

  const topology = await readTopologyOn(shop, { get: (name) => (name === 'pg1' ? hung : led) });

  expect(topology.nodes.map(({ state, problem }) => [state, problem])).toEqual([
    ['unreachable', 'psql ended with 124 on pg1'],
    ['primary', undefined],
  ]);
  expect(topology.leader?.node).toBe(pg2);
});
