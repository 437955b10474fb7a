import { expect, test } from 'vitest';
import { nodesOf } from '../../../src/cluster/cluster.ts';
import { instanceOf } from '../../../src/cluster/instance.ts';
import { slotNameOf } from '../../../src/cluster/slot.ts';
import { clusterOf } from '../config/cluster-file.ts';

const namesOf = (replicas: string): readonly string[] => {
  const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: replicas });
  return nodesOf(cluster).map((node) => instanceOf(cluster, node).name);
};

test('an instance lives where postgresql-common puts it', () => {
  const cluster = clusterOf({ POSTGRES_VERSION: '16', POSTGRES_PORT: '6000' });

  expect(instanceOf(cluster, cluster.primary)).toEqual({
    version: 16,
    name: 'main',
    port: 6000,
    dataDirectory: '/var/lib/postgresql/16/main',
    configDirectory: '/etc/postgresql/16/main',
    binDirectory: '/usr/lib/postgresql/16/bin',
    unit: 'postgresql@16-main.service',
    dbctlDirectory: '/etc/dbctl/shop/pg1',
    logName: 'postgresql-16-main',
  });
});

test.each([
  ['every node on a host of its own is main', 'pg2=10.0.0.12,pg3=10.0.0.13', ['main', 'main', 'main']],
  ['a second node on a host carries its name', 'pg2=10.0.0.11:5433', ['main', 'pg2']],
  ['systemd reads a dash as a slash, so there is none', 'pg-2=10.0.0.11:5433', ['main', 'pg_2']],
  ['the first replica on a host is main there', 'a=10.0.0.12,b=10.0.0.12:5433', ['main', 'main', 'b']],
  ['a second node that is called main is another instance', 'main=10.0.0.11:5433', ['main', '_main']],
])('%s', (_reason, replicas, names) => {
  expect(namesOf(replicas)).toEqual(names);
});

test('a host is one host in whatever case it is written', () => {
  const cluster = clusterOf({
    CLUSTER_DB_PRIMARY_HOST: 'pg1=db.example.org',
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=DB.example.org:5433',
  });

  expect(instanceOf(cluster, cluster.replicas[0]!).name).toBe('pg2');
});

test('a node that is not of the cluster yet is main on its host', () => {
  expect(instanceOf(clusterOf(), { name: 'pg9', host: '10.0.0.19', port: 5432 }).name).toBe('main');
});

test.each([
  ['pg2', 'dbctl_pg2'],
  ['node-10-0-0-12', 'dbctl_node_10_0_0_12'],
  ['PG.2', 'dbctl_pg_2'],
  ['x'.repeat(80), `dbctl_${'x'.repeat(57)}`],
])('the slot of %s is %s', (name, slot) => {
  expect(slotNameOf({ name })).toBe(slot);
  expect(slot).toMatch(/^[a-z0-9_]{1,63}$/);
});
