import { expect, test } from 'vitest';
import {
  beginningOf,
  firstStartText,
  formerMembers,
  quorumOf,
  type ListedMember,
} from '../../../src/etcd/member-list.ts';

const machines = ['control', 'pg1', 'pg2'].map((name, index) => ({ name, host: `10.0.0.1${index}` }));
const etcd = { members: machines, clientPort: 2379, peerPort: 2380 };
const [control, , pg2] = machines as [(typeof machines)[0], (typeof machines)[0], (typeof machines)[0]];

const listed = (host: string, hasRun = true): ListedMember => ({
  id: 'a1',
  name: hasRun ? host : '',
  peerUrls: [`https://${host}:2380`],
  hasRun,
});

const all = machines.map(({ host }) => listed(host));

test.each([
  ['nobody answers, and it has no data', false, undefined, 'new'],
  ['nobody answers, and it has data', true, undefined, 'goes on'],
  ['the others know it', true, all, 'goes on'],
  ['the others know it, and its data is gone', false, all, 'joins'],
  ['the others expect it for the first time', false, [listed('10.0.0.10', false)], 'listed'],
  ['the others do not know it', false, [listed('10.0.0.11')], 'joins'],
  ['it was removed, and has data of that time', true, [listed('10.0.0.11')], 'joins'],
] as const)('a member on a host: %s', (_, hasData, list, expected) => {
  expect(beginningOf(etcd, control, hasData, list)).toBe(expected);
});

test('members are told apart by the address that others reach them by, not by their names', () => {
  const renamed = { ...listed('10.0.0.12'), name: 'other' };
  const former = listed('10.0.0.99');

  expect(beginningOf(etcd, pg2, true, [renamed])).toBe('goes on');
  expect(formerMembers(etcd, [renamed, former])).toEqual([former]);
});

test('more than half is a quorum', () => {
  expect([1, 2, 3, 4, 5].map(quorumOf)).toEqual([1, 2, 2, 3, 3]);
});

test('a member without data is told whom to ask', () => {
  const members = [{ name: 'pg1', peerUrl: 'https://10.0.0.11:2380' }];

  expect(firstStartText('shop', 'existing', members)).toMatchInlineSnapshot(`
    "ETCD_INITIAL_CLUSTER=pg1=https://10.0.0.11:2380
    ETCD_INITIAL_CLUSTER_TOKEN=dbctl-shop
    ETCD_INITIAL_CLUSTER_STATE=existing
    "
  `);
});
