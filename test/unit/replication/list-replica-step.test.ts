import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadCluster } from '../../../src/config/load.ts';
import { listReplica, unlistReplica } from '../../../src/replication/list-replica-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { fileOf, temporaryFile } from '../../support/cluster-file.ts';
import { plan, run } from '../../support/shop.ts';

const pg3 = { name: 'pg3', host: '10.0.0.13', port: 5432 };

test('a new replica is written into the file once, and comments stay', async () => {
  const file = temporaryFile(`# ours\n${fileOf()}`);
  const step = listReplica(loadCluster(file), pg3);
  const { host } = fakeHost();

  expect((await plan(step, host)).changes).toEqual([expect.stringContaining('add pg3=10.0.0.13:5432 to ')]);
  expect(readFileSync(file, 'utf8')).not.toContain('pg3');
  expect((await run(step, host)).status).toBe('changed');
  expect(readFileSync(file, 'utf8')).toMatch(/^# ours\n[^]*CLUSTER_DB_REPLICA_HOSTS=pg3=10.0.0.13:5432\n/);
  expect((await run(step, host)).status).toBe('in place');
});

test('a replica is taken out of the file once, and comments stay', async () => {
  const replicas = 'pg2=10.0.0.12, pg3=10.0.0.13 # the new ones';
  const file = temporaryFile(`# ours\n${fileOf({ CLUSTER_DB_REPLICA_HOSTS: replicas })}`);
  const step = unlistReplica(loadCluster(file), pg3);
  const { host } = fakeHost();

  expect((await plan(step, host)).changes).toEqual([
    expect.stringMatching(/^take pg3=10\.0\.0\.13:5432 out of /),
  ]);
  expect(readFileSync(file, 'utf8')).toContain('pg3');
  expect((await run(step, host)).status).toBe('changed');
  expect(readFileSync(file, 'utf8')).toContain('CLUSTER_DB_REPLICA_HOSTS=pg2=10.0.0.12 # the new ones\n');
  expect((await run(step, host)).status).toBe('in place');
});
