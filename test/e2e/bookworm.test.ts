// The whole way on Debian 12 with its PostgreSQL 15, Patroni 3 and etcd 3.4.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { cutPower, healLab } from '../support/faults.ts';
import { patient } from '../support/patroni-story.ts';
import { describeOnHosts, expectExit, patienceMs, sqlAs, succeed } from '../support/story.ts';

describeOnHosts('Debian 12', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('bookworm', '--release', 'bookworm', '--hosts', 'control,pg1,pg2');
    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('has a primary and a replica of PostgreSQL 15', async () => {
    for (const host of ['pg1', 'pg2']) {
      expect(await lab.shell(host, '. /etc/os-release && echo "$VERSION_CODENAME"')).toBe('bookworm');
      expect(await lab.sql(host, 'show server_version_num')).toMatch(/^15\d{4}$/);
    }
  });

  test('a row written on the primary is read on the replica, which streams over TLS', async () => {
    await sqlAs(lab, 'writer', { from: 'pg1', to: 'pg1' }, 'create table seen as select 42 as n;');

    await expect
      .poll(() => sqlAs(lab, 'reader', { from: 'pg1', to: 'pg2' }, 'select n from seen').catch(String))
      .toBe('42');
    const senders =
      'select application_name, state, ssl from pg_stat_replication join pg_stat_ssl using (pid)';
    expect(await lab.sql('pg1', senders)).toBe('pg2|streaming|t');
  });

  test('the clone was verified, has checksums, and the rules have no error', async () => {
    expect(await lab.shell('pg2', `journalctl -q -o cat -u 'dbctl-clone-*'`)).toContain(
      'backup successfully verified',
    );
    expect(await lab.sql('pg2', 'show data_checksums')).toBe('on');
    expect(await lab.sql('pg2', 'select count(*) from pg_hba_file_rules where error is not null')).toBe('0');
    expect(await lab.sql('pg2', 'select count(*) from pg_file_settings where error is not null')).toBe('0');
  });

  test("the admin alters the writer's table, and the reader reads it", async () => {
    await sqlAs(lab, 'admin', { from: 'pg2', to: 'pg1' }, 'alter table seen add column m int default 7;');

    expect(await sqlAs(lab, 'reader', { from: 'pg2', to: 'pg1' }, 'select m from seen')).toBe('7');
    await expect(
      sqlAs(lab, 'reader', { from: 'pg2', to: 'pg1' }, 'create table mine (n int)'),
    ).rejects.toThrow();
  });

  test('probe agrees, and a second run changes nothing', async () => {
    await succeed(lab, 'probe', '--wait', '10s');
    expect((await succeed(lab, 'init-primary')).stdout.trim()).toBe('0 changes');
    expect((await succeed(lab, 'add-replica')).stdout).toContain('\n0 changes');
  });

  test('its older pgBackRest archives WAL and makes a backup, found by the hosts by their addresses', async () => {
    lab.configure({ BACKUP_REPOSITORY: 'posix' });
    await succeed(lab, 'backup', 'setup');
    const cluster = lab.env['CLUSTER_NAME'];
    const place = `--config=/etc/dbctl/${cluster}/_pgbackrest/control.conf --stanza=${cluster}`;
    const pgbackrest = `cd / && runuser -u postgres -- pgbackrest ${place}`;

    expect(await lab.shell('control', 'pgbackrest version')).toMatch(/ 2\.45/);
    await lab.shell('control', `${pgbackrest} check`);
    expect(await lab.shell('control', `${pgbackrest} info --output=json`)).toContain('"type":"full"');
    expect((await succeed(lab, 'backup', 'setup')).stdout.trim()).toBe('0 changes');
  });

  test('which a drill brings back', async () => {
    const { stdout } = await succeed(lab, 'backup', 'drill', '-o', 'json');

    expect(JSON.parse(stdout)).toMatchObject({
      node: 'pg2',
      result: 'passed',
      checksums: 'passed',
      error: '',
    });
    expectExit(await lab.dbctl('backup', 'check'), 0);
  });

  const inRecovery = (node: string): Promise<string> =>
    lab.sql(node, 'select pg_is_in_recovery()').catch(() => 'down');
  const started = (): Promise<readonly string[]> =>
    Promise.all(['pg1', 'pg2'].map((node) => lab.sql(node, 'select pg_postmaster_start_time()')));

  test(
    'its older Patroni and etcd take the servers over as they run, and another node leads when the host of the leader is dead',
    async () => {
      const before = await started();
      lab.configure({ CLUSTER_HA: 'patroni' });

      await succeed(lab, 'up');

      expect(await started()).toEqual(before);
      const list = `patronictl -c /etc/dbctl/${lab.env['CLUSTER_NAME']}/pg1/patroni.yml list`;
      expect(await lab.shell('pg1', 'patronictl version')).toMatch(/ 3\.0/);
      expect(await lab.shell('control', 'etcd --version')).toContain('etcd Version: 3.4');
      expect(await lab.shell('pg1', list)).toMatch(/pg1 .* Leader +\| running/);
      expect((await succeed(lab, 'plan')).stdout).toContain('0 changes');

      await cutPower(lab, 'pg1');
      await expect.poll(() => inRecovery('pg2'), patient).toBe('f');
      await healLab(lab);

      await expect
        .poll(() => lab.sql('pg2', 'select state from pg_stat_replication'), patient)
        .toBe('streaming');
      expect(await inRecovery('pg1')).toBe('t');
    },
    patienceMs,
  );

  test(
    'and give them back',
    async () => {
      const before = await started();
      lab.configure({ CLUSTER_HA: undefined });

      await succeed(lab, 'up');

      expect(await started()).toEqual(before);
      for (const node of ['pg1', 'pg2'])
        expect(await lab.shell(node, 'systemctl is-active postgresql@15-main')).toBe('active');
      expect(await lab.sql('pg2', 'select slot_name from pg_replication_slots where active')).toBe(
        'dbctl_pg1',
      );
    },
    patienceMs,
  );
});
