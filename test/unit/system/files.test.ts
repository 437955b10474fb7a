import { expect, test } from 'vitest';
import type { Step } from '../../../src/engine/step.ts';
import { walDisk } from '../../../src/server/host-facts-query.ts';
import { startNeeds } from '../../../src/server/primary-values-facts.ts';
import { addressesOf } from '../../../src/system/resolve.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { ensureBootOrder } from '../../../src/postgres/control/boot-order.ts';
import { ensureHba } from '../../../src/server/hba-step.ts';
import { installPostgres } from '../../../src/server/install-postgres-step.ts';
import { ownDataDirectory } from '../../../src/server/data-directory-step.ts';
import { ensureReplicationPassfile } from '../../../src/server/replication-passfile-step.ts';
import { ensureSettings } from '../../../src/server/settings-step.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, disk as df, when, whenTrial, yesOrNo } from '../../support/answering.ts';
import { pg1, pg2, plan, primary, run, shop } from '../../support/shop.ts';

const nodeAddresses = addressesOf(['10.0.0.11', '10.0.0.12']);
const bare = () =>
  fakeHost(
    {},
    answering(
      when(nodeAddresses, ''),
      when(addressesOf(['10.0.0.10']), ''),
      when(acceptsConnections(primary), yesOrNo(false)),
      whenTrial('nothing\n'),
      when(walDisk(primary), df(400)),
      when(startNeeds(primary), ''),
    ),
  );

const noClusterFile = installPostgres(17)[0]!;
const steps: readonly [Step, string, string, number][] = [
  [
    ensureBootOrder(primary),
    '/etc/systemd/system/postgresql@17-main.service.d/dbctl.conf',
    'root:root',
    0o644,
  ],
  [noClusterFile, '/etc/postgresql-common/createcluster.d/dbctl.conf', 'root:root', 0o644],
  [ownDataDirectory(primary, 'shop/pg1'), '/etc/dbctl/shop/pg1/owner', 'root:root', 0o644],
  [
    ensureReplicationPassfile(shop, pg1),
    '/etc/dbctl/shop/pg1/replication.pgpass',
    'postgres:postgres',
    0o600,
  ],
  [ensureHba(shop, pg1), '/etc/postgresql/17/main/pg_hba.conf', 'postgres:postgres', 0o600],
  [ensureSettings(shop, pg1), '/etc/postgresql/17/main/conf.d/dbctl.conf', 'postgres:postgres', 0o640],
];

test.each(steps)('$title: planned, made once, then in place', async (step, path, owner, mode) => {
  const { host, disk, ran } = bare();

  expect(await plan(step, host)).toEqual({ status: 'planned', changes: [`write ${path}`] });
  expect([disk.size, ran.length]).toEqual([0, 0]);
  expect((await run(step, host)).status).toBe('changed');
  expect(disk.get(path)).toMatchObject({ owner, mode });
  expect((await run(step, host)).status).toBe('in place');
});

test('the password file has a line for every node that may be the primary', async () => {
  const { host, disk } = bare();
  const step = ensureReplicationPassfile(shop, pg2);

  const { changes } = await run(step, host);

  expect(changes.join()).not.toContain('replication-password');
  expect(disk.get('/etc/dbctl/shop/pg2/replication.pgpass')?.content).toBe(
    '10.0.0.11:5432:*:replicator:replication-password\n10.0.0.12:5432:*:replicator:replication-password\n',
  );
});

test('pg_hba.conf names nodes, the control host and allowed networks, and nobody else', async () => {
  const { host, disk } = bare();

  await run(ensureHba(shop, pg1), host);

  expect(disk.get('/etc/postgresql/17/main/pg_hba.conf')?.content).toMatchInlineSnapshot(`
    "# Written by dbctl for cluster shop; changes made here are lost. Edit CLUSTER_ALLOWED_CIDRS in .env.cluster instead.
    #
    # Only what is named here may connect; there is no superuser over the network, and nothing without TLS.

    # TYPE   DATABASE     USER                         ADDRESS             METHOD
    local    all          postgres                                         peer

    # Every node of the cluster: each of them may become the primary, or follow it.
    hostssl  replication  "replicator"  10.0.0.11/32  scram-sha-256
    hostssl  replication  "replicator"  10.0.0.12/32  scram-sha-256

    # The application's roles, from the cluster's own hosts and from CLUSTER_ALLOWED_CIDRS.
    hostssl  "shop"  "shop_admin","shop_app","shop_readonly"  10.0.0.11/32  scram-sha-256
    hostssl  "shop"  "shop_admin","shop_app","shop_readonly"  10.0.0.12/32  scram-sha-256
    hostssl  "shop"  "shop_admin","shop_app","shop_readonly"  10.0.0.10/32  scram-sha-256
    # dbctl wrote all above, and nobody changed it while this is its SHA-256: 55ad65b714b25aa823e26091cba94fd5ad6595c8c17cfff427bbd0fce91ec189
    "
  `);
});

test('a cluster on this machine is reached over its loopback addresses', async () => {
  const local = clusterOf({ CLUSTER_CONTROL_HOST: 'local' });
  const answers = answering(when(addressesOf(['10.0.0.11']), ''), when(addressesOf([]), ''));
  const { host, disk } = fakeHost({}, answers);

  await run(ensureHba(local, local.primary), host);

  const text = disk.get('/etc/postgresql/17/main/pg_hba.conf')?.content;
  expect(text).toContain('127.0.0.1/32');
  expect(text).toContain('::1/128');
});

test('a name whose addresses cannot be found stops before anything is written', async () => {
  const { host, disk } = fakeHost();
  const named = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=pg2.example.org' });

  await expect(run(ensureHba(named, named.primary), host)).rejects.toThrow('getent');
  expect(disk.size).toBe(0);
});
