import { expect, test } from 'vitest';
import { patroniVersion } from '../../../src/patroni/patroni-query.ts';
import type { KeptCluster } from '../../../src/patroni/patroni.ts';
import { checkQuorum } from '../../../src/patroni/synchronous-step.ts';
import { answering, when } from '../../support/answering.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { plan } from '../../support/shop.ts';

const check = (synchronous: string, said: string) => {
  const cluster = clusterOf({
    ...{ CLUSTER_HA: 'patroni', CLUSTER_SYNCHRONOUS: synchronous },
    ...{ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12', CLUSTER_CONTROL_HOST: 'control=10.0.0.10' },
  }) as KeptCluster;
  const { host } = fakeHost({}, answering(when(patroniVersion, () => said)));
  return plan(checkQuorum(cluster), host);
};

test.each([
  ['quorum', 'patroni 4.0.7\n'],
  ['quorum', '4.0.7-1+deb13u1\n'],
  ['quorum', '(none)\n'],
  ['on', 'patroni 3.0.2\n'],
])('CLUSTER_SYNCHRONOUS=%s is possible with %j', async (synchronous, said) => {
  expect((await check(synchronous, said)).changes).toEqual([]);
});

test.each(['patroni 3.0.2\n', '3.0.2-1\n'])('a quorum is refused with %j, and the reason', async (said) => {
  await expect(check('quorum', said)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('CLUSTER_SYNCHRONOUS=quorum needs Patroni 4, and'),
  });
});
