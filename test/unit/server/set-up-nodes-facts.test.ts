import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { readNodeFacts } from '../../../src/server/node-facts.ts';
import { setUpNodes } from '../../../src/server/set-up-nodes-facts.ts';
import { isRegistered } from '../../../src/postgres/instance.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { answering, when, yesOrNo } from '../../support/answering.ts';

const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.11:5433,pg3=10.0.0.11:5434' });

/** One machine on which all three instances exist, with the owners' notes that are given. */
const machineWith = (notes: Readonly<Record<string, string>>) => {
  const exists = [cluster.primary, ...cluster.replicas].map((node) =>
    when(isRegistered(instanceOf(cluster, node)), yesOrNo(true)),
  );
  const { host } = fakeHost(notes, answering(...exists));
  return { get: () => host };
};

test("another cluster's instance in the place of a node is not the node", async () => {
  const notes = { '/etc/dbctl/shop/pg1/owner': 'shop/pg1\n', '/etc/dbctl/shop/pg3/owner': 'shop/pg3\n' };

  const nodes = await setUpNodes(cluster, machineWith(notes));

  expect(nodes.map(({ name }) => name)).toEqual(['pg1', 'pg3']);
});

test("another cluster's primary is refused", async () => {
  await expect(setUpNodes(cluster, machineWith({}))).rejects.toMatchObject({
    exitCode: 4,
    message: '/var/lib/postgresql/17/main on pg1 is not the primary of shop',
  });
});

test.each([
  ['without a note', {}],
  ["with another's note", { '/etc/dbctl/shop/pg2/owner': 'orders/pg2\n' }],
])('a server %s is neither restarted nor reloaded', async (_how, notes) => {
  const [pg2] = cluster.replicas;

  await expect(readNodeFacts(cluster, [pg2!], machineWith(notes))).rejects.toMatchObject({
    exitCode: 4,
    message: '/var/lib/postgresql/17/pg2 on pg2 is not a replica of shop',
    next: ['set it up, or check which cluster it belongs to: dbctl add-replica pg2', 'nothing was changed'],
  });
});
