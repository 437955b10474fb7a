import { expect, test } from 'vitest';
import { gatewayLinks, gatewayPorts } from '../../../src/gateways/links.ts';
import { sitesOf } from '../../../src/model/site.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
  CLUSTER_GATEWAYS: 'haproxy',
  CLUSTER_GATEWAY_HOSTS: 'pg2,gw=10.0.0.21',
});
const sites = sitesOf(cluster);

const ports = (name: string) =>
  gatewayPorts(
    cluster,
    sites.find((site) => site.name === name)!,
  ).map(({ port }) => port);

test('a gateway reaches every node on two ports, but not itself', () => {
  const links = gatewayLinks(cluster, sites);

  expect(links.map(({ from, to, port, service }) => `${from} ${to} ${port} ${service}`)).toEqual([
    'pg2 pg1 5432 postgres',
    'pg2 pg1 8008 role',
    'gw pg1 5432 postgres',
    'gw pg1 8008 role',
    'gw pg2 5432 postgres',
    'gw pg2 8008 role',
  ]);
});

test('a host has the ports of what runs there', () => {
  expect(ports('control')).toEqual([]);
  expect(ports('pg1')).toEqual([8008]);
  expect(ports('pg2')).toEqual([5000, 5001, 5002, 7000, 8008]);
  expect(ports('gw')).toEqual([5000, 5001, 5002, 7000]);
});
