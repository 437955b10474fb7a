import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { slotNameOf } from '../../../src/model/slot.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const namesOf = (replicas: string): readonly string[] => {
  const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: replicas });
  return cluster.nodes.map((node) => instanceOf(cluster, node).name);
};

test('an instance lives where postgresql-common puts it', () => {
  const cluster = clusterOf({ POSTGRES_VERSION: '16', POSTGRES_PORT: '6000' });

  expect(instanceOf(cluster, cluster.primary)).toEqual({
    version: 16,
    name: 'pg1',
    port: 6000,
    dataDirectory: '/var/lib/postgresql/16/pg1',
    configDirectory: '/etc/postgresql/16/pg1',
    binDirectory: '/usr/lib/postgresql/16/bin',
    dbctlDirectory: '/etc/dbctl/shop/pg1',
    ownerNote: '/etc/dbctl/shop/pg1/owner',
    files: {
      settings: '/etc/postgresql/16/pg1/conf.d/dbctl.conf',
      archiving: '/etc/postgresql/16/pg1/conf.d/dbctl_backup.conf',
      copy: '/etc/postgresql/16/pg1/conf.d/dbctl_copy.conf',
      hba: '/etc/postgresql/16/pg1/pg_hba.conf',
      authority: '/etc/dbctl/shop/pg1/ca.crt',
      certificate: '/etc/dbctl/shop/pg1/server.crt',
      key: '/etc/dbctl/shop/pg1/server.key',
    },
    patroni: {
      isWanted: false,
      config: '/etc/dbctl/shop/pg1/patroni.yml',
      unit: 'dbctl-patroni-shop-pg1.service',
      unitFile: '/etc/systemd/system/dbctl-patroni-shop-pg1.service',
      passfile: '/var/lib/postgresql/.dbctl-patroni-shop-pg1',
      scope: 'shop',
      member: 'pg1',
      lease: {
        script: '/etc/dbctl/shop/pg1/lease.sh',
        unit: 'dbctl-lease-shop-pg1.service',
        unitFile: '/etc/systemd/system/dbctl-lease-shop-pg1.service',
      },
    },
    logName: 'postgresql-16-pg1',
  });
});

test.each([
  ['every node on the usual port is main', 'pg2=10.0.0.12,pg3=10.0.0.13', ['main', 'main', 'main']],
  ['on any other port it carries its name', 'pg2=10.0.0.11:5433', ['main', 'pg2']],
  ['systemd reads a dash as a slash, so there is none', 'pg-2=10.0.0.11:5433', ['main', 'pg_2']],
  ['a replica on the usual port is main on its host', 'a=10.0.0.12,b=10.0.0.12:5433', ['main', 'main', 'b']],
  ['a second node that is called main is another instance', 'main=10.0.0.11:5433', ['main', '_main']],
])('%s', (_reason, replicas, names) => {
  expect(namesOf(replicas)).toEqual(names);
});

test('whoever is the primary, and whoever leaves: every node keeps its instance', () => {
  const [one, other] = [
    clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.11:5433' }),
    clusterOf({
      CLUSTER_DB_PRIMARY_HOST: 'pg2=10.0.0.11:5433',
      CLUSTER_DB_REPLICA_HOSTS: 'pg1=10.0.0.11:5432',
    }),
  ];
  const alone = clusterOf({
    CLUSTER_DB_PRIMARY_HOST: 'pg2=10.0.0.11:5433',
    CLUSTER_DB_REPLICA_HOSTS: undefined,
  });
  const [pg1, pg2] = one.nodes;

  expect(instanceOf(other, pg1!)).toEqual(instanceOf(one, pg1!));
  expect(instanceOf(other, pg2!)).toEqual(instanceOf(one, pg2!));
  expect(instanceOf(alone, pg2!)).toEqual(instanceOf(one, pg2!));
});

test('a node that is not of the cluster yet has one too', () => {
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
