// The main commands on Debian testing with PostgreSQL 18, on hosts and with data that nobody tidied up for them.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectWalArrives } from '../support/backup-story.ts';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { expectReplicates, expectStreaming, settled } from '../support/faults.ts';
import { makeDataMessy, makeHostMessy, moveWal } from '../support/messy-hosts.ts';
import { onPort } from '../support/restore-story.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2'] as const;
const version = 18;

/** The same everywhere: rows, what was read through an index of a tablespace, a large object, another database's owner. */
const content = `select count(*), md5(string_agg(l::text, ',' order by l.id)) from "Order Lines" l;
  select count(*) from "Order Lines" where "note's" like '%line 19%';
  select convert_from(lo_get(4711), 'UTF8');
  select pg_get_userbyid(datdba) from pg_database where datname = 'Über "DB"'`;

describeOnHosts('hosts that nobody tidied up, with PostgreSQL 18', () => {
  let lab: Lab;
  let before: string;

  beforeAll(async () => {
    lab = await startLabWithBackups('messy', 'posix', '--release', 'forky', '--hosts', 'control,pg1,pg2');
    await Promise.all(nodes.map((host) => makeHostMessy(lab, host, version)));
    await succeed(lab, 'up');
    for (const host of nodes) await moveWal(lab, host, version);
    await makeDataMessy(lab, '/srv/fast/pg');
    before = await lab.sql('pg1', content, 'app');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('become a cluster, and what was there before is as it was', async () => {
    for (const host of nodes) {
      expect(await lab.sql(host, 'show server_version_num')).toMatch(/^18\d{4}$/);
      expect(await lab.shell(host, 'pg_lsclusters --no-header | cut -c1-30')).toMatch(/18 +old +5433 down/);
      expect(await lab.shell(host, 'cat /etc/dbctl/retired/*/owner')).toBe(`retired/${host}`);
    }
    await expectStreaming(lab, 'pg2');
    await expect.poll(() => lab.sql('pg2', content, 'app').catch(String), { timeout: 30_000 }).toBe(before);
    await succeed(lab, 'probe', '--wait', '20s');
    // The limits of WAL follow the smaller disk that it lies on now.
    await succeed(lab, 'up');
    await settled(lab, 'up');
  });

  test('are backed up, and a drill brings it all back', async () => {
    await succeed(lab, 'backup', 'run', '--type', 'full');
    // The backup knows nothing of prepared transactions, and the WAL after it has one.
    lab.configure({ POSTGRES_CONF_max_prepared_transactions: '2' });
    await succeed(lab, 'up', '--restart');
    await lab.sql('pg1', `begin; create table held (n int); prepare transaction 'held'`, 'app');
    await expectWalArrives(lab);
    const { stdout } = await succeed(lab, 'backup', 'drill', '-o', 'json');

    expect(JSON.parse(stdout)).toMatchObject({ node: 'pg2', result: 'passed', checksums: 'passed' });
    expectExit(await lab.dbctl('backup', 'check'), 0);
  });

  test('a restore beside has all of it, in files of its own', async () => {
    await succeed(lab, 'backup', 'restore', '--to=pg2:5499');

    expect(await onPort(lab, 'pg2', 5499, content)).toBe(before);
    expect(await onPort(lab, 'pg2', 5499, 'select gid from pg_prepared_xacts')).toBe('held');
    expect(
      await onPort(lab, 'pg2', 5499, 'select pg_tablespace_location(oid) from pg_tablespace'),
    ).not.toContain('/srv/fast');
    await expectReplicates(lab, 'pg2');
  });

  test('a replica is cloned anew, its WAL and its tablespace where they were', async () => {
    await succeed(lab, 'reinit', 'pg2', '--yes');

    await expectStreaming(lab, 'pg2');
    expect(await lab.sql('pg2', content, 'app')).toBe(before);
    await expectPlaces('pg2');
  });

  test('the cluster goes back in place, and nothing of it is missing', async () => {
    await succeed(lab, 'backup', 'restore', '--in-place', '--yes');

    expect(await lab.sql('pg1', content, 'app')).toBe(before);
    await lab.sql('pg1', `commit prepared 'held'; select n from held`, 'app');
    await expectPlaces('pg1');
    await expectStreaming(lab, 'pg2');
    await expect.poll(() => lab.sql('pg2', content, 'app').catch(String), { timeout: 30_000 }).toBe(before);
    await settled(lab, 'up');
  });

  test('a replica leaves, and comes again', async () => {
    const { address } = lab.hosts().find(({ name }) => name === 'pg2')!;
    await succeed(lab, 'remove-replica', 'pg2', '--yes');
    await succeed(lab, 'add-replica', `pg2=${address}`);

    await expectStreaming(lab, 'pg2');
    expect(await lab.sql('pg2', content, 'app')).toBe(before);
    await succeed(lab, 'probe', '--wait', '20s');
    const timer = 'ls /etc/systemd/system | grep -c "^dbctl-scheduled-drill-.*timer$" || :';
    expect([await lab.shell('pg1', timer), await lab.shell('pg2', timer)]).toEqual(['0', '1']);
    await settled(lab, 'up');
  });

  /** WAL is written on the disk that is meant for it, and the table lies on the other. */
  async function expectPlaces(host: string): Promise<void> {
    expect(await lab.shell(host, `readlink -f /var/lib/postgresql/${version}/main/pg_wal`)).toMatch(
      /^\/srv\/wal\//,
    );
    expect(await lab.shell(host, `find /srv/fast -name 'PG_${version}_*' | head -1`)).toMatch(
      /^\/srv\/fast\//,
    );
  }
});
