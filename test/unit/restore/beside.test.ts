import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { besideOf } from '../../../src/restore/beside.ts';
import { ConfigError } from '../../../src/model/errors.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const shop = clusterOf({
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
});

test.each([
  ['pg2:5499', { name: 'pg2-5499', host: '10.0.0.12', port: 5499 }, 'pg2_5499'],
  ['10.0.0.12:5499', { name: 'pg2-5499', host: '10.0.0.12', port: 5499 }, 'pg2_5499'],
  ['old=pg1:5499', { name: 'old', host: '10.0.0.11', port: 5499 }, 'old'],
  ['control:5432', { name: 'control-5432', host: '10.0.0.10', port: 5432 }, 'main'],
  ['old=10.0.0.99:5432', { name: 'old', host: '10.0.0.99', port: 5432 }, 'main'],
])('--to %s is a place of its own', (text, node, instance) => {
  const beside = besideOf(shop, text);

  expect(beside.node).toEqual(node);
  expect(instanceOf(beside.cluster, beside.node).name).toBe(instance);
  expect(beside.cluster.postgres.parameters['shared_buffers']).toBe('128MB');
});

test.each([
  ['pg2', 'needs a port of its own'],
  ['pg2:5432', 'is pg2, a node of the cluster'],
  ['pg1=10.0.0.99:5432', 'pg1 is the name of a node'],
  ['old=:5499', 'is not a node'],
])('--to %s is refused', (text, message) => {
  expect(() => besideOf(shop, text)).toThrow(ConfigError);
  expect(() => besideOf(shop, text)).toThrow(message);
});
