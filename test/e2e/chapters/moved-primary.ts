// pg2 was promoted by hand while PostgreSQL on pg1 was stopped, and .env.cluster still names pg1.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pgbackrestOn } from '../../support/backup-story.ts';
import type { Finished, Lab } from '../../support/e2e.ts';
import { expectClear, filesOn, settled } from '../../support/faults.ts';
import { expectExit, sqlAs, succeed } from '../../support/story.ts';

const unit = 'postgresql@17-main';
const rows = `select string_agg(word, ' ' order by word) from words`;
const timeline = `select ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int`;
const senders = `select coalesce(string_agg(application_name || ' ' || state, ',' order by application_name), '') from pg_stat_replication`;

export function movedPrimary(theLab: () => Lab, addressOf: (name: string) => string): void {
  let lab: Lab;
  let untouched: string;

  const nodeText = (name: string): string => `${name}=${addressOf(name)}:5432`;

  /** One line says that the file is out of date, and what to write. */
  function expectNoted({ stderr }: Finished): void {
    const lines = stderr.split('\n').filter((line) => line.includes('CLUSTER_DB_PRIMARY_HOST'));
    expect(lines, stderr).toHaveLength(1);
    expect(lines[0]).toContain('pg2 is the primary');
    expect(lines[0]).toContain(`CLUSTER_DB_PRIMARY_HOST=${nodeText('pg2')}`);
    expect(lines[0]).toContain(`CLUSTER_DB_REPLICA_HOSTS=${nodeText('pg1')}`);
  }

  async function noted(...args: readonly string[]): Promise<Finished> {
    const finished = await succeed(lab, ...args);
    expectNoted(finished);
    return finished;
  }

  /** pg1 is the wrong server: it is not started, and nothing of it is written. */
  async function expectUntouched(): Promise<void> {
    expect(await lab.shell('pg1', `systemctl is-active ${unit} || :`)).toBe('inactive');
    expect(await filesOn(lab, 'pg1')).toBe(untouched);
  }

  beforeAll(() => {
    lab = theLab();
  });

  test('pg2 is promoted by hand while PostgreSQL on pg1 is stopped', async () => {
    await lab.sql('pg1', `create table words (word text); insert into words values ('before')`, 'app');
    await lab.sql('pg1', 'select pg_switch_wal()');
    await expect.poll(() => lab.sql('pg2', rows, 'app'), { timeout: 30_000 }).toBe('before');
    await lab.shell('pg1', `systemctl stop ${unit}`);
    expect(await lab.sql('pg2', 'select pg_promote()')).toBe('t');
  });

  // Its test of the disk shows in the times of directories: what nobody may touch is looked at after it.
  test('doctor judges the nodes by the roles that they have', async () => {
    const finished = await lab.dbctl('doctor');

    expectNoted(finished);
    expect(finished.stdout).toContain('dbctl reinit pg1');
    expect(finished.stdout).not.toContain('pg2: it holds');
  });

  test('status shows who leads, and the new timeline, right after the promotion', async () => {
    const { stdout } = await noted('status');

    expect(await lab.sql('pg2', timeline)).toBe('2');
    expect(stdout).toMatch(/^pg2 .*primary! +running +\S+ +2 /m);
    expect(stdout).toMatch(/^pg1 .*\(primary\) +stopped/m);
    expect(JSON.parse((await noted('status', '-o', 'json')).stdout)).toMatchObject({
      leader: 'pg2',
      nodes: [{ name: 'pg1' }, { name: 'pg2', server: { timeline: 2, isInRecovery: false } }],
    });
    untouched = await filesOn(lab, 'pg1');
  });

  test('probe says what to write', async () => {
    const { stdout } = await lab.dbctl('probe');

    expect(stdout).toContain('pg2: is a primary, but .env.cluster has replica');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`CLUSTER_DB_PRIMARY_HOST=${nodeText('pg2')}`);
  });

  test('plan has no change of primary', async () => {
    const finished = await lab.dbctl('plan');

    expectNoted(finished);
    expect([0, 10]).toContain(finished.exitCode);
    expect(finished.stderr).toContain('dbctl reinit pg1');
    expect(finished.stdout).not.toMatch(/start PostgreSQL|clone|follow/);
    await expectUntouched();
  });

  test('reload, restart and roles go to the server that leads', async () => {
    const started = 'select pg_postmaster_start_time()';
    const [before, loaded] = [
      await lab.sql('pg2', started),
      await lab.sql('pg2', 'select pg_conf_load_time()'),
    ];
    await noted('reload', 'pg2');
    expect(await lab.sql('pg2', 'select pg_conf_load_time()')).not.toBe(loaded);
    await noted('restart', 'pg2', '--yes');
    expect(await lab.sql('pg2', started)).not.toBe(before);

    await lab.sql('pg2', 'drop owned by app_reader; drop role app_reader', 'app');
    await noted('roles', 'apply');

    expect(await sqlAs(lab, 'reader', { from: 'pg2', to: 'pg2' }, 'select 1')).toBe('1');
    await expectUntouched();
  });

  test('what would make pg1 a second primary is refused', async () => {
    expectClear(lab, await lab.dbctl('restart', 'pg1', '--yes'), 4, 'dbctl reinit pg1');
    expectClear(lab, await lab.dbctl('init-primary'), 4, 'pg2 is the primary', 'dbctl reinit pg1');
    expectClear(lab, await lab.dbctl('add-replica', 'pg1'), 4, "a primary's data", 'dbctl reinit');
    expectClear(lab, await lab.dbctl('remove-replica', 'pg2', '--yes'), 4, 'pg2 is the primary');
    expectClear(lab, await lab.dbctl('remove-replica', 'pg1', '--yes'), 4, 'CLUSTER_DB_PRIMARY_HOST=pg2');

    await expectUntouched();
    expect(await lab.sql('pg2', 'select pg_is_in_recovery()')).toBe('f');
  });

  test('backups are made of the server that leads, and their check looks at it', async () => {
    await lab.sql('pg2', `insert into words values ('after')`, 'app');

    await noted('backup', 'run', '--type', 'full');
    await noted('backup', 'info');
    const check = await lab.dbctl('backup', 'check', '-o', 'json');

    const info = JSON.parse(await pgbackrestOn(lab, 'control', '--output=json info')) as readonly {
      backup: readonly { archive: { stop: string } }[];
    }[];
    expect(info[0]!.backup.at(-1)!.archive.stop).toMatch(/^00000002/);
    const { findings, notes } = JSON.parse(check.stdout) as {
      findings: readonly { check: string; nodes?: readonly string[]; status: string }[];
      notes: readonly string[];
    };
    expect(findings.filter(({ check: name }) => name === 'archiver')).toMatchObject([{ status: 'ok' }]);
    expect(notes.join('\n')).toContain(`CLUSTER_DB_PRIMARY_HOST=${nodeText('pg2')}`);
    await expectUntouched();
  });

  test('explain wal begins with the server that leads', async () => {
    const { stdout } = await noted('explain', 'wal', '-o', 'json');

    expect((JSON.parse(stdout) as { biggest: { node: string } }).biggest.node).toBe('pg2');
  });

  test('a new replica follows the server that leads', async () => {
    await noted('add-replica', `pg3=${addressOf('pg3')}`);

    expect(await lab.sql('pg2', senders)).toBe('pg3 streaming');
    expect(
      await lab.sql('pg2', `select string_agg(slot_name, ' ') from pg_replication_slots where active`),
    ).toBe('dbctl_pg3');
    expect(await lab.sql('pg3', `select sender_host from pg_stat_wal_receiver`)).toBe(addressOf('pg2'));
    expect(await lab.sql('pg3', rows, 'app')).toBe('after before');
    await expectUntouched();
  });

  test('a restore beside the cluster goes up to what the new primary wrote', async () => {
    await lab.sql('pg2', `insert into words values ('newest')`, 'app');

    await noted('backup', 'restore', '--to', 'pg3:5499');

    const beside = `cd / && runuser -u postgres -- psql -p 5499 -XAtq -d app`;
    expect(await lab.shell('pg3', beside, rows)).toBe('after before newest');
    await lab.shell('pg3', 'pg_dropcluster --stop 17 pg3_5499');
    await expectUntouched();
  });

  test('certificates are replaced where they are shown', async () => {
    const serial = (host: string): Promise<string> =>
      lab.shell(host, `openssl x509 -noout -serial -in /etc/dbctl/${lab.name}/${host}/server.crt`);
    const before = await serial('pg2');

    await noted('certs', 'rotate');

    expect(await serial('pg2')).not.toBe(before);
    expect(await sqlAs(lab, 'writer', { from: 'pg3', to: 'pg2' }, 'select 1')).toBe('1');
    expect(await lab.shell('pg1', `systemctl is-active ${unit} || :`)).toBe('inactive');
    expect(await lab.sql('pg2', senders)).toBe('pg3 streaming');
  });

  test('up converges what it may, and leaves the former primary alone', async () => {
    lab.configure({ POSTGRES_CONF_work_mem: '9MB' });

    const finished = await noted('up');

    expect(finished.stderr).toContain('dbctl reinit pg1');
    expect([await lab.sql('pg2', 'show work_mem'), await lab.sql('pg3', 'show work_mem')]).toEqual([
      '9MB',
      '9MB',
    ]);
    expect(await lab.shell('pg1', `systemctl is-active ${unit} || :`)).toBe('inactive');
    await settled(lab, 'up');
  });

  test('the former primary is made a replica, and what only it has is named', async () => {
    const asked = await lab.dbctl('reinit', 'pg1');
    expectClear(lab, asked, 8, 'pg1 was a primary, on timeline 1');
    expect(await lab.shell('pg1', `systemctl is-active ${unit} || :`)).toBe('inactive');

    await noted('reinit', 'pg1', '--yes');

    expect(await lab.sql('pg2', senders)).toBe('pg1 streaming,pg3 streaming');
    expect(await lab.sql('pg1', 'select pg_is_in_recovery()')).toBe('t');
    expect(await lab.sql('pg1', rows, 'app')).toBe('after before newest');
    expect(await lab.sql('pg1', 'select received_tli from pg_stat_wal_receiver')).toBe('2');
  });

  test('a file that names a third node is a change of primary: plan shows it, and up refuses it', async () => {
    const file = join(lab.directory, '.env.cluster');
    const before = readFileSync(file, 'utf8');
    lab.configure({
      CLUSTER_DB_PRIMARY_HOST: nodeText('pg3'),
      CLUSTER_DB_REPLICA_HOSTS: `${nodeText('pg1')},${nodeText('pg2')}`,
    });

    const refused = await lab.dbctl('up');
    expectClear(
      lab,
      refused,
      4,
      'names pg3 as the primary, and pg2 leads',
      'dbctl up --switchover',
      'nothing was changed',
    );
    const planned = await lab.dbctl('plan');
    expectExit(planned, 10);
    expect(planned.stdout).toContain('promote pg3');
    expect(planned.stderr).toContain('it is an old copy');
    expect(readFileSync(file, 'utf8')).not.toBe(before);
    expect(await lab.sql('pg3', 'select pg_is_in_recovery()')).toBe('t');
  });

  test('with the lines that were said in the file, nothing is said any more', async () => {
    lab.configure({
      CLUSTER_DB_PRIMARY_HOST: nodeText('pg2'),
      CLUSTER_DB_REPLICA_HOSTS: `${nodeText('pg1')},${nodeText('pg3')}`,
    });

    const { stderr } = await succeed(lab, 'up');
    await settled(lab, 'up');

    expect(stderr).not.toContain('CLUSTER_DB_PRIMARY_HOST');
    expect(await lab.shell('control', `cat /etc/dbctl/${lab.name}/primary`)).toBe('pg2');
    expectExit(await lab.dbctl('probe'), 0);
    expect((await succeed(lab, 'status')).stderr).toBe('');
  });
}
