import { expect, test } from 'vitest';
import type { Node } from '../../../src/model/cluster.ts';
import { notOwnAddress, otherSource } from '../../../src/server/own-addresses.ts';
import type { OwnAddresses } from '../../../src/server/own-addresses-query.ts';

const primary: Node = { name: 'pg1', host: '10.0.0.11', port: 5432 };
const seen = (own: readonly string[], found: readonly string[], source?: string): OwnAddresses => ({
  own: ['127.0.0.1', '::1', ...own],
  found,
  source,
});

test.each<[string, Partial<Node>, OwnAddresses, RegExp | undefined]>([
  ['its own', {}, seen(['10.0.0.11'], ['10.0.0.11']), undefined],
  ['its own in IPv6', { host: 'fd00::1' }, seen(['fd00::1'], ['fd00::1']), undefined],
  ['this machine itself', { host: 'localhost' }, seen(['10.0.0.11'], ['127.0.0.1']), undefined],
  ['one that cannot say what it has', {}, { own: [], found: ['10.0.0.11'], source: undefined }, undefined],
  [
    'a floating one',
    {},
    seen(['192.168.7.11'], ['10.0.0.11']),
    /no address of pg1.*; it has 192\.168\.7\.11$/,
  ],
  [
    'a floating one, and one of its own',
    { otherAddresses: ['192.168.7.11'] },
    seen(['192.168.7.11'], ['10.0.0.11', '192.168.7.11']),
    undefined,
  ],
  [
    'a name on the loopback interface',
    { host: 'pg1.example' },
    seen(['10.0.0.11'], ['127.0.1.1']),
    /^pg1\.example means 127\.0\.1\.1 on pg1 itself/,
  ],
  [
    'a name that nobody knows',
    { host: 'pg1.example' },
    seen(['10.0.0.11'], []),
    /^pg1\.example means nothing on pg1/,
  ],
])('the address of a node: %s', (_reason, changes, addresses, problem) => {
  const found = notOwnAddress({ ...primary, ...changes }, addresses);

  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject({ what: expect.stringMatching(problem), next: expect.any(String) });
});

test('what a replica arrives with is one of its addresses, or named with the line that lets it in', () => {
  const replica: Node = { name: 'pg2', host: '10.0.0.12', port: 5432 };

  expect(otherSource(replica, primary, seen([], ['10.0.0.12'], '10.0.0.12'))).toBeUndefined();
  expect(otherSource(replica, primary, seen([], ['10.0.0.12'], '127.0.0.1'))).toBeUndefined();
  expect(otherSource(replica, primary, seen([], ['10.0.0.12'], undefined))).toBeUndefined();
  expect(otherSource(replica, primary, seen([], ['10.0.0.12'], '10.0.0.99'))?.next).toBe(
    'add it: CLUSTER_NODE_ADDRESSES=pg2=10.0.0.99',
  );
});
