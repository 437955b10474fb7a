import { expect, test } from 'vitest';
import { hostAndPort, isIpAddress, singleAddressCidr } from '../../../src/model/address.ts';
import { findNode, findNodes, isNamed } from '../../../src/model/find-node.ts';
import { ConfigError } from '../../../src/model/errors.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=[fd00::13]:6000' });

test.each([
  ['its name', 'pg1', 'pg1'],
  ['its host', '10.0.0.12', 'pg2'],
  ['its host and port', '10.0.0.12:5432', 'pg2'],
  ['an address without brackets', 'fd00::13', 'pg3'],
  ['an address with brackets and port', '[fd00::13]:6000', 'pg3'],
])('a node is found by %s', (_reason, text, name) => {
  expect(findNode(cluster, text).name).toBe(name);
});

test.each(['', 'pg', 'PG1', '10.0.0.12:5433', 'pg1 ', '[fd00::13]'])('%j is nobody', (text) => {
  expect(() => findNode(cluster, text)).toThrow(ConfigError);
});

test('who is not found gets the names there are', () => {
  expect(() => findNode(cluster, 'pg9\n')).toThrow(
    expect.objectContaining({
      message: '"pg9\\n" is not a node of shop',
      next: ['name one of pg1, pg2, pg3'],
      exitCode: 2,
    }),
  );
});

test('a node answers to its name, its host, and both with its port', () => {
  expect(['pg1', '10.0.0.11', '10.0.0.11:5432', 'pg2'].map((text) => isNamed(cluster.primary, text))).toEqual(
    [true, true, true, false],
  );
});

test.each([
  ['10.0.0.11', '10.0.0.11:5432', '10.0.0.11/32'],
  ['fd00::1', '[fd00::1]:5432', 'fd00::1/128'],
])('%s with its port is %s, and alone %s', (host, together, cidr) => {
  expect(hostAndPort({ host, port: 5432 })).toBe(together);
  expect(singleAddressCidr(host)).toBe(cidr);
  expect(isIpAddress(host)).toBe(true);
});

test('the name of a host is not taken for an IP address', () => {
  expect(isIpAddress('db.example.org')).toBe(false);
  expect(hostAndPort({ host: 'db.example.org', port: 1 })).toBe('db.example.org:1');
});

test.each([
  ['none is named, so all are meant', [], ['pg1', 'pg2', 'pg3']],
  ['the primary comes first, whatever the order', ['pg3', 'pg1'], ['pg1', 'pg3']],
  ['one that is named twice is one', ['pg2', '10.0.0.12'], ['pg2']],
])('%s', (_reason, texts, names) => {
  expect(findNodes(cluster, texts).map(({ name }) => name)).toEqual(names);
});
