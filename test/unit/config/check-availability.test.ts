import { expect, test } from 'vitest';
import { clusterOf, problemsOf } from '../../support/cluster-file.ts';

const three = {
  CLUSTER_HA: 'patroni',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
};

test('a failover that Patroni cannot keep is refused, with the reason', () => {
  const problems = problemsOf(() => clusterOf({ ...three, FAILOVER_TIMEOUT: '20s' }));

  expect(problems).toContain('FAILOVER_TIMEOUT is 20 s, and Patroni needs 30 s');
});

test('without Patroni nobody keeps it, so it may be anything', () => {
  expect(clusterOf({ ...three, CLUSTER_HA: 'none', FAILOVER_TIMEOUT: '20s' }).patroni).toBeUndefined();
});

test('Patroni may be there and do nothing by itself', () => {
  expect(clusterOf({ ...three, ENABLE_AUTO_FAILOVER: 'false' }).patroni).toEqual({
    failoverSeconds: 30,
    isAutomatic: false,
    port: 8018,
  });
});
