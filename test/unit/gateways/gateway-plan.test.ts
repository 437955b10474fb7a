import { expect, test } from 'vitest';
import { formerGatewayStages } from '../../../src/gateways/gateway-plan.ts';
import type { Host } from '../../../src/host/host.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const hosts = { get: (name: string) => ({ name }) as Host };

/** The machines on which HAProxy is ended. */
function formerOf(changes: Readonly<Record<string, string>>): readonly string[] {
  const cluster = clusterOf({ CLUSTER_CONTROL_HOST: 'control=10.0.0.10', ...changes });
  const [remove] = formerGatewayStages({ cluster, hosts, nodes: cluster.nodes });
  return remove!.hosts.map(({ name }) => name);
}

test('HAProxy is ended on every machine that is no gateway', () => {
  const changes = { CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12', CLUSTER_GATEWAY_HOSTS: 'gw=10.0.0.21,pg2' };

  expect(formerOf({ ...changes, CLUSTER_GATEWAYS: 'haproxy' })).toEqual(['control', 'pg1']);
  expect(formerOf(changes)).toEqual(['control', 'pg1', 'pg2']);
});

test('and not on the gateway when several nodes are on its host', () => {
  const changes = {
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.11:5433',
    CLUSTER_GATEWAYS: 'haproxy',
    CLUSTER_GATEWAY_HOSTS: '10.0.0.11',
  };

  expect(formerOf(changes)).toEqual(['control']);
});
