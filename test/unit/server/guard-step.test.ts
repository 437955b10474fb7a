import { expect, test } from 'vitest';
import { guardSteps } from '../../../src/server/guard-step.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { fakeHost } from '../../support/fake-host.ts';

const cluster = clusterOf({
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg-3=10.0.0.13:5433',
});
const [pg1] = cluster.nodes;
const directory = '/etc/dbctl/shop/pg1';
const dropIn = '/etc/systemd/system/postgresql@17-main.service.d/dbctl-guard.conf';

test('a node asks every other one, by its slot and its address, and no password is in the files', async () => {
  const { host, disk, ran } = fakeHost();

  for (const step of guardSteps(cluster, pg1!)) await step.apply(host, () => {});

  const peers = disk.get(`${directory}/peers`)!.content;
  expect(peers.split('\n').filter((line) => line.includes('|dbctl_'))).toEqual([
    expect.stringMatching(/^pg-3\|dbctl_pg_3\|10\.0\.0\.13\|5433\|host='10\.0\.0\.13' /),
    expect.stringMatching(/^pg2\|dbctl_pg2\|10\.0\.0\.12\|5432\|host='10\.0\.0\.12' .*replication='true'$/),
  ]);
  expect(disk.get(dropIn)!.content).toContain(`exec bash ${directory}/guard.sh`);
  expect(ran.join('\n')).toContain('systemctl daemon-reload');
  expect([...disk.values()].map(({ content }) => content).join('\n')).not.toContain(
    cluster.postgres.replication.password.reveal(),
  );
  for (const step of guardSteps(cluster, pg1!)) expect(await step.diff(host)).toEqual([]);
});

test('of a cluster of one node nobody is asked, and what asked is removed', async () => {
  const alone = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: '' });
  const [step, ...more] = guardSteps(alone, alone.nodes[0]!);
  const left = fakeHost({}, () => `${dropIn}\n`);
  const none = fakeHost({}, () => '');

  expect(more).toEqual([]);
  expect(await step!.diff(none.host)).toEqual([]);
  expect(await step!.diff(left.host)).toMatchObject([{ id: 'file.remove', subject: dropIn }]);
  await step!.apply(left.host, () => {});
  expect(left.ran.join('\n')).toMatch(/rm -rf .*daemon-reload/);
});
