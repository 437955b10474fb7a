import { expect, test } from 'vitest';
import { machinesOf } from '../../../src/model/cluster.ts';
import { clusterOf, problemsOf } from '../../support/cluster-file.ts';

const three = {
  CLUSTER_HA: 'patroni',
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13',
};

const membersOf = (changes: Readonly<Record<string, string | undefined>>): readonly string[] =>
  clusterOf({ ...three, ...changes }).etcd!.members.map(({ name }) => name);

const problem = (changes: Readonly<Record<string, string | undefined>>): string =>
  problemsOf(() => clusterOf({ ...three, ...changes }));

test('there is no etcd without CLUSTER_HA', () => {
  expect(clusterOf({ ...three, CLUSTER_HA: undefined }).etcd).toBeUndefined();
  expect(clusterOf({ ...three, CLUSTER_HA: 'none' }).etcd).toBeUndefined();
});

test('it runs on the control host and two hosts of nodes, whoever is the primary', () => {
  expect(membersOf({})).toEqual(['control', 'pg1', 'pg2']);
  expect(
    membersOf({
      CLUSTER_DB_PRIMARY_HOST: 'pg3=10.0.0.13',
      CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg1=10.0.0.11',
    }),
  ).toEqual(['control', 'pg1', 'pg2']);
  expect(membersOf({ CLUSTER_CONTROL_HOST: undefined })).toEqual(['pg1', 'pg2', 'pg3']);
});

test('or where the file says, also on a host of its own', () => {
  const cluster = clusterOf({ ...three, ETCD_HOSTS: 'pg3,10.0.0.12,witness=10.0.0.50' });

  expect(cluster.etcd!.members).toEqual([
    { name: 'pg3', host: '10.0.0.13' },
    { name: 'pg2', host: '10.0.0.12' },
    { name: 'witness', host: '10.0.0.50' },
  ]);
  expect(machinesOf(cluster).map(({ name }) => name)).toEqual(['control', 'pg1', 'pg2', 'pg3', 'witness']);
});

test.each([
  ['two hosts', { ETCD_HOSTS: 'pg1,pg2' }, 'ETCD_HOSTS: names 2 hosts: it takes an odd number'],
  ['a host twice', { ETCD_HOSTS: 'pg1,pg2,10.0.0.11' }, 'ETCD_HOSTS: 10.0.0.11 is given twice'],
  ['this machine', { ETCD_HOSTS: 'pg1,pg2,local' }, '`local` is none'],
  ['too few hosts', { CLUSTER_CONTROL_HOST: undefined, CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' }, 'make 2'],
  ['several nodes on one host', { CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.11:5433' }, 'make 2'],
  [
    'a port of PostgreSQL',
    { ETCD_CLIENT_PORT: '5432' },
    'ETCD_CLIENT_PORT: 5432 is the port of PostgreSQL of pg1',
  ],
  ['one port for both', { ETCD_PEER_PORT: '2379' }, 'ETCD_PEER_PORT: 2379 is the port of ETCD_CLIENT_PORT'],
] as const)('%s is a problem', (_, changes, words) => {
  expect(problem(changes)).toContain(words);
});

test('one member is enough for who asks for it', () => {
  expect(membersOf({ ETCD_HOSTS: 'pg1' })).toEqual(['pg1']);
});
