import { expect, test } from 'vitest';
import { haproxyConfig, haproxyFiles } from '../../../src/gateways/haproxy.ts';
import { rolePortOf } from '../../../src/model/gateways.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12:5433',
  CLUSTER_GATEWAYS: 'haproxy',
  HAPROXY_PRIMARY_PORT: '6000',
});
const gateways = cluster.gateways!;
const nodes = new Map([
  ['pg1', '10.0.0.11'],
  ['pg2', 'fd00::12'],
]);

const linesOf = (isIPv6: boolean): readonly string[] =>
  haproxyConfig(cluster, gateways, { nodes, clients: ['10.0.1.0/24', 'fd00::/64'], isIPv6 })
    .split('\n')
    .map((line) => line.trim());

test('every node is asked for its role on its own port, in each of the three ways', () => {
  const lines = linesOf(false);

  expect(lines.filter((line) => line === 'server pg1 10.0.0.11:5432 check port 8008')).toHaveLength(3);
  expect(lines.filter((line) => line === 'server pg2 [fd00::12]:5433 check port 8009')).toHaveLength(3);
  expect(lines.filter((line) => line.startsWith('option httpchk'))).toEqual([
    'option httpchk GET /primary',
    'option httpchk GET /replica',
    'option httpchk GET /any',
  ]);
});

test('each port takes connections from the allowed networks alone', () => {
  const lines = linesOf(false);

  expect(lines.filter((line) => line.startsWith('bind '))).toEqual([
    'bind *:6000',
    'bind *:5001',
    'bind *:5002',
    'bind 127.0.0.1:7000',
  ]);
  for (const network of ['10.0.1.0/24', 'fd00::/64'])
    expect(lines.filter((line) => line === `acl allowed src ${network}`)).toHaveLength(3);
  expect(lines.filter((line) => line === 'tcp-request connection reject unless allowed')).toHaveLength(3);
});

test('a gateway with an IPv6 address listens for both', () => {
  expect(linesOf(true)).toContain('bind [::]:6000 v4v6');
});

test('clusters on one gateway host have programs of their own', () => {
  expect(haproxyFiles({ name: 'shop' }).unit).toBe('dbctl-haproxy-shop.service');
  expect(haproxyFiles({ name: 'shop' }).socket).not.toBe(haproxyFiles({ name: 'blog' }).socket);
});

test('nodes of one host tell their roles on different ports', () => {
  expect(rolePortOf(gateways, { port: 5432 })).toBe(8008);
  expect(rolePortOf(gateways, { port: 5434 })).toBe(8010);
});
