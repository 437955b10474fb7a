import { expect, test } from 'vitest';
import { timingOf } from '../../../src/model/patroni.ts';
import { Secret } from '../../../src/model/secret.ts';
import {
  isKept,
  missingIn,
  nodeConfig,
  sharedConfig,
  yaml,
  type KeptCluster,
} from '../../../src/patroni/patroni.ts';
import { clusterOf } from '../../support/cluster-file.ts';

function keptShop(changes: Readonly<Record<string, string>> = {}): KeptCluster {
  const cluster = clusterOf({
    CLUSTER_HA: 'patroni',
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
    CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
    ...changes,
  });
  if (!isKept(cluster)) throw new Error('Patroni does not keep it');
  return cluster;
}

test.each([
  [30, { ttl: 20, loop: 5, retry: 5 }],
  [40, { ttl: 30, loop: 7, retry: 7 }],
  [120, { ttl: 110, loop: 10, retry: 10 }],
])('a failover within %d s leaves time for an election', (failoverSeconds, timing) => {
  expect(timingOf({ failoverSeconds })).toEqual(timing);
});

test.each([30, 31, 45, 300])('%d s keep the rule of Patroni: loop + 2 * retry <= ttl', (failoverSeconds) => {
  const { ttl, loop, retry } = timingOf({ failoverSeconds });

  expect(loop + 2 * retry).toBeLessThanOrEqual(ttl);
  expect(ttl).toBeGreaterThanOrEqual(20);
  expect(retry).toBeGreaterThanOrEqual(3);
});

test('what stands in the file is what Patroni begins with, and its own slots and those of before live beside each other', () => {
  const cluster = keptShop({ POSTGRES_CONF_max_connections: '250' });
  const config = nodeConfig(cluster, cluster.nodes[0]!, new Secret('etcd-password')).reveal();

  const { bootstrap, etcd3, name, postgresql, scope } = JSON.parse(config.replace(/^#.*\n/, ''));
  expect(bootstrap.dcs.postgresql.parameters).toMatchObject({
    max_connections: '250',
    max_wal_senders: '40',
  });
  expect(bootstrap.dcs.ignore_slots).toEqual([
    { name: 'dbctl_pg1', type: 'physical' },
    { name: 'dbctl_pg2', type: 'physical' },
  ]);
  expect(bootstrap.dcs).toMatchObject({ ttl: 20, loop_wait: 5, retry_timeout: 5, failsafe_mode: true });
  expect(etcd3).toMatchObject({ protocol: 'https', username: 'patroni', password: 'etcd-password' });
  expect({ name, scope }).toEqual({ name: 'pg1', scope: 'shop' });
  expect(postgresql.listen).toBe('localhost, 10.0.0.11:5432');
});

test('the order of the nodes in the file says nothing to Patroni', () => {
  const cluster = keptShop();
  const other = { ...cluster, nodes: cluster.nodes.toReversed() };

  expect(sharedConfig(other, {})).toEqual(sharedConfig(cluster, {}));
});

test('a password with any character is one that YAML reads', () => {
  expect(yaml({ password: 'a"\\: #é\u007f😀' })).toBe(
    '{\n  "password": "a\\"\\\\: #\\u00e9\\u007f\\U0001f600"\n}',
  );
});

test('only what is wanted otherwise is missing', () => {
  const wanted = { ttl: 20, postgresql: { parameters: { wal_level: 'replica', max_connections: '100' } } };
  const found = { ttl: '20', other: 1, postgresql: { parameters: { max_connections: 90 } } };

  expect(missingIn(wanted, found)).toEqual([
    'postgresql.parameters.wal_level',
    'postgresql.parameters.max_connections',
  ]);
  expect(missingIn({ pause: true }, undefined)).toEqual(['pause']);
});

const sharedWhen = (synchronous: string) => sharedConfig(keptShop({ CLUSTER_SYNCHRONOUS: synchronous }), {});

test('commits wait as the file says, and then nobody who lacks one may lead, however little that is', () => {
  expect(sharedWhen('off')).not.toHaveProperty('synchronous_mode');
  expect(sharedWhen('off').maximum_lag_on_failover).toBe(1024 ** 2);
  expect(sharedWhen('on')).toMatchObject({ synchronous_mode: true, maximum_lag_on_failover: 1024 ** 4 });
  expect(sharedWhen('quorum')).toMatchObject({ synchronous_mode: 'quorum' });
});
