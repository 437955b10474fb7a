import { expect, test } from 'vitest';
import { findReplica } from '../../../src/replication/find-replica-facts.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13:5433',
  CLUSTER_CONTROL_HOST: '10.0.0.12',
});
const nowhere = { ssh: cluster.ssh, agentSocket: undefined, home: '/nonexistent' };

test.each(['pg3', '10.0.0.13', '10.0.0.13:5433'])('a replica is found by %s', async (text) => {
  expect((await findReplica(cluster, text, nowhere)).name).toBe('pg3');
});

test.each([
  ['the primary', 'pg1', 'pg1 is the primary'],
  ['the control host', 'pg2', 'pg2 is the control host too'],
])('%s is refused', async (_what, text, message) => {
  await expect(findReplica(cluster, text, nowhere)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining(message),
  });
});
