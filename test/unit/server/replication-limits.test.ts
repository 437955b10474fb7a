import { expect, test } from 'vitest';
import { clonesAtOnce, replicationLimit } from '../../../src/server/replication-limits.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const replicas = (count: number): Record<string, string> => ({
  CLUSTER_DB_REPLICA_HOSTS: Array.from(
    { length: count },
    (_, index) => `r${index}=10.0.77.${index + 1}`,
  ).join(','),
});

test.each([
  [0, 40],
  [1, 40],
  [11, 40],
  [19, 40],
  [20, 80],
  [39, 80],
])('%i replicas can all be cloned at once, with senders to spare', (count, limit) => {
  expect(replicationLimit(clusterOf(replicas(count)))).toBe(limit);
  expect(clonesAtOnce({ limit, inUse: 2 })).toBeGreaterThanOrEqual(count);
});

test.each([
  [10, 4, 3],
  [10, 9, 1],
  [10, 10, 1],
])('%i senders of which %i are in use feed %i clones', (limit, inUse, clones) => {
  expect(clonesAtOnce({ limit, inUse })).toBe(clones);
});
