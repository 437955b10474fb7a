import { expect, test } from 'vitest';
import { etcdLinks, etcdPorts } from '../../../src/etcd/links.ts';
import { sitesOf } from '../../../src/model/site.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({
  CLUSTER_HA: 'patroni',
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13',
});
const sites = sitesOf(cluster);

test('every node reaches every member, and members reach each other', () => {
  const links = etcdLinks(cluster, sites).map(({ from, to, port }) => `${from} ${to} ${port}`);

  expect(links.toSorted()).toEqual([
    'control pg1 2380',
    'control pg2 2380',
    'pg1 control 2379',
    'pg1 control 2380',
    'pg1 pg2 2379',
    'pg1 pg2 2380',
    'pg2 control 2379',
    'pg2 control 2380',
    'pg2 pg1 2379',
    'pg2 pg1 2380',
    'pg3 control 2379',
    'pg3 pg1 2379',
    'pg3 pg2 2379',
  ]);
});

const portsOn = (name: string): readonly number[] =>
  etcdPorts(
    cluster,
    sites.find((site) => site.name === name)!,
  ).map(({ port }) => port);

test('its ports are open on hosts of members alone', () => {
  expect(portsOn('control')).toEqual([2379, 2380]);
  expect(portsOn('pg3')).toEqual([]);
});
