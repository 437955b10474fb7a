import { expect, test } from 'vitest';
import { machinesOf } from '../../../src/model/cluster.ts';
import { clusterOf, problemsOf } from '../../support/cluster-file.ts';

const withGateways = (changes: Readonly<Record<string, string>> = {}) => ({
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
  CLUSTER_GATEWAYS: 'haproxy',
  ...changes,
});

test('a cluster has no gateways unless it asks for them', () => {
  expect(clusterOf({ CLUSTER_GATEWAY_HOSTS: 'gw=10.0.0.21' }).gateways).toBeUndefined();
});

test('they run on the control host unless other hosts are named', () => {
  expect(clusterOf(withGateways()).gateways?.machines).toEqual([{ name: 'control', host: '10.0.0.10' }]);
});

test('their hosts may be nodes, the control host, and hosts of their own, which are machines of the cluster', () => {
  const cluster = clusterOf(withGateways({ CLUSTER_GATEWAY_HOSTS: 'pg2, 10.0.0.10, gw1=10.0.0.21' }));

  expect(cluster.gateways?.machines).toEqual([
    { name: 'pg2', host: '10.0.0.12' },
    { name: 'control', host: '10.0.0.10' },
    { name: 'gw1', host: '10.0.0.21' },
  ]);
  expect(machinesOf(cluster).map(({ name }) => name)).toEqual(['control', 'pg1', 'pg2', 'gw1']);
});

test.each([
  [{ CLUSTER_GATEWAYS: 'nginx' }, 'expected haproxy, got "nginx"'],
  [{ CLUSTER_CONTROL_HOST: 'local' }, 'is missing: there is no CLUSTER_CONTROL_HOST'],
  [{ CLUSTER_GATEWAY_HOSTS: 'local' }, 'must be addresses that clients can reach'],
  [{ CLUSTER_GATEWAY_HOSTS: 'gw1=10.0.0.21,gw2=10.0.0.21' }, '10.0.0.21 is given twice'],
  [{ CLUSTER_GATEWAY_HOSTS: 'gw=10.0.0.21,gw=10.0.0.22' }, 'two hosts are called gw'],
  [{ CLUSTER_GATEWAY_HOSTS: 'pg1=10.0.0.21' }, 'pg1 is already the node at 10.0.0.11'],
  [{ HAPROXY_ANY_PORT: '5000' }, '5000 is the port of HAPROXY_PRIMARY_PORT'],
  [{ CLUSTER_GATEWAY_HOSTS: 'pg1', HAPROXY_PRIMARY_PORT: '5432' }, '5432 is the port of PostgreSQL of pg1'],
  [{ CLUSTER_ROLE_PORT: '65535', POSTGRES_PORT: '5433' }, 'leaves no port for pg1'],
])('%j is refused: %s', (changes, problem) => {
  expect(problemsOf(() => clusterOf(withGateways(changes)))).toContain(problem);
});
