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

test('commits wait for any replica without Patroni, and for those that Patroni names with it', () => {
  const alone = clusterOf({ ...three, CLUSTER_HA: 'none', CLUSTER_SYNCHRONOUS: 'on' });
  const kept = clusterOf({ ...three, CLUSTER_SYNCHRONOUS: 'quorum' });

  expect(alone.postgres.parameters).toEqual({ synchronous_standby_names: 'ANY 1 ("pg1", "pg2")' });
  expect(kept.postgres.parameters).toEqual({});
  expect(kept.synchronous).toBe('quorum');
  expect(clusterOf(three).synchronous).toBeUndefined();
});

test('commits cannot wait for nobody, nor for what two lines say', () => {
  const names = { POSTGRES_CONF_synchronous_standby_names: 'pg2' };

  expect(problemsOf(() => clusterOf({ ...three, ...names, CLUSTER_SYNCHRONOUS: 'on' }))).toContain(
    'belongs to CLUSTER_SYNCHRONOUS=on; keep one of the two',
  );
  expect(problemsOf(() => clusterOf({ CLUSTER_DB_REPLICA_HOSTS: '', CLUSTER_SYNCHRONOUS: 'on' }))).toContain(
    'there is no replica',
  );
});

test('what Patroni would replace by its own default is refused, with the least that it keeps', () => {
  const few = { POSTGRES_CONF_max_connections: '20', POSTGRES_CONF_max_wal_senders: '3' };
  const problems = problemsOf(() => clusterOf({ ...three, ...few }));

  expect(problems).toContain('is 20, and Patroni keeps no less than 25');
  expect(problems).not.toContain('max_wal_senders');
  expect(clusterOf({ ...three, ...few, CLUSTER_HA: 'none' }).patroni).toBeUndefined();
});
