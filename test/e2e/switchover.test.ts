// The primary moves because somebody says so: under a write load that remembers what was acknowledged, with refusals, and
// with dbctl killed in the middle. What is true is asked of PostgreSQL, of its files, and of pgBackRest.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgbackrestOn } from '../support/backup-story.ts';
import type { Finished, Lab } from '../support/e2e.ts';
import { advised, expectClear } from '../support/faults.ts';
import { dbctlWithFate } from '../support/kill-preload.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, roleOf, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2', 'pg3'];
const timeline = `select ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int`;
const senders = `select coalesce(string_agg(application_name || ' ' || state, ', ' order by application_name), '') from pg_stat_replication`;
const slots = `select coalesce(string_agg(slot_name || case when active then '' else ' (unused)' end, ', ' order by slot_name), '') from pg_replication_slots`;
const started = 'select pg_postmaster_start_time()';

describeOnHosts('a switchover', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('switch', 'two replicas');
    lab.configure({ BACKUP_REPOSITORY: 'posix' });
    await succeed(lab, 'backup', 'setup');
    await lab.sql('pg1', 'create table numbers (n int); grant all on numbers to public', 'app');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  const file = (): string => readFileSync(join(lab.directory, '.env.cluster'), 'utf8');

  /** Every number that was acknowledged to a client that writes to whoever leads stands in a file of the control host. */
  async function startLoad(): Promise<() => Promise<void>> {
    const { name, password } = roleOf(lab, 'writer');
    const places = nodes.map((node) => addressOf(lab, node)).join(',');
    const connection = `host=${places} port=5432 dbname=${lab.env['POSTGRES_DB']} user=${name} target_session_attrs=read-write connect_timeout=2 sslmode=require`;
    const loop = `n=$(cat /root/next 2>/dev/null || echo 0); while [ ! -e /root/stop ]; do n=$((n+1)); echo $n >/root/next
      PGPASSWORD=${password} /usr/lib/postgresql/17/bin/psql -XAtqw -d "${connection}" -c "insert into numbers values ($n)" 2>>/root/refused && echo $n >>/root/acknowledged; done; touch /root/stopped`;
    await lab.shell(
      'pg3',
      `rm -f /root/stop /root/stopped; setsid bash -c '${loop}' </dev/null >/dev/null 2>&1 &`,
    );
    const count = async (): Promise<number> =>
      Number(await lab.shell('pg3', 'cat /root/acknowledged 2>/dev/null | wc -l'));
    const before = await count();
    await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(before + 3);
    return async () => {
      const now = await count();
      await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(now + 3);
      await lab.shell('pg3', 'touch /root/stop; until [ -e /root/stopped ]; do sleep 0.1; done');
    };
  }

  /** What was acknowledged is there, on every node. */
  async function expectAllThere(): Promise<void> {
    const acknowledged = (await lab.shell('pg3', 'cat /root/acknowledged')).split('\n').map(Number);
    expect(acknowledged.length).toBeGreaterThan(3);
    const there = async (node: string): Promise<readonly number[]> =>
      (await lab.sql(node, 'select n from numbers', 'app')).split('\n').map(Number);
    for (const node of nodes)
      await expect
        .poll(
          async () => {
            const found = new Set(await there(node));
            return acknowledged.filter((n) => !found.has(n));
          },
          { timeout: 30_000 },
        )
        .toEqual([]);
  }

  /** One leads, the others follow it, and everything that depends on that is so. */
  async function expectLedBy(leader: string, onTimeline: string): Promise<void> {
    const others = nodes.filter((node) => node !== leader);
    expect(await lab.sql(leader, 'select pg_is_in_recovery()')).toBe('f');
    expect(await lab.sql(leader, timeline)).toBe(onTimeline);
    expect(await lab.sql(leader, senders)).toBe(others.map((node) => `${node} streaming`).join(', '));
    expect(await lab.sql(leader, slots)).toBe(others.map((node) => `dbctl_${node}`).join(', '));
    for (const node of others) {
      expect(await lab.sql(node, 'select pg_is_in_recovery()')).toBe('t');
      await expect(lab.sql(node, 'insert into numbers values (0)', 'app')).rejects.toThrow('read-only');
      expect(await lab.sql(node, slots)).toBe('');
      expect(await lab.sql(node, 'select sender_host from pg_stat_wal_receiver')).toBe(
        addressOf(lab, leader),
      );
    }
    expect(lab.env['CLUSTER_DB_PRIMARY_HOST']).toContain(`${leader}=`);
    expect(
      await lab.shell('control', 'cat /etc/dbctl/*/primary; ls /etc/dbctl/*/switchover 2>/dev/null || :'),
    ).toBe(leader);
    const plan = await lab.dbctl('plan');
    expect(`${plan.stdout}${plan.stderr}`).toContain('0 changes');
  }

  const switchover = (...more: readonly string[]): Promise<Finished> =>
    succeed(lab, 'switchover', '--yes', ...more);

  test('a candidate that is paused, late or no replica is refused, and nothing is touched', async () => {
    const before = await lab.sql('pg1', started);
    await lab.sql('pg2', 'select pg_wal_replay_pause()');
    await lab.sql('pg1', `create table filler as select repeat('x', 1000) from generate_series(1, 25000)`);

    const refused = await lab.dbctl('switchover', '--candidate', 'pg2', '--yes');

    expectClear(
      lab,
      refused,
      4,
      'pg2 cannot take over from pg1',
      'replay is paused on pg2',
      'pg_wal_replay_resume',
    );
    expect(refused.stderr).toMatch(/pg2 is \d+ MB \(\d{8} bytes\) of WAL behind pg1/);
    await lab.shell('pg2', advised(refused, /let it go on, on pg2: (.*)/)[0]!);
    await lab.shell('pg3', 'systemctl stop postgresql@17-main');
    expectClear(lab, await lab.dbctl('switchover', '--candidate', 'pg3', '--yes'), 4, 'pg3 does not run');
    await lab.shell('pg3', 'systemctl start postgresql@17-main');
    expectClear(lab, await lab.dbctl('switchover', '--candidate', 'pg2'), 8, 'pg2');
    expect(await lab.sql('pg1', started)).toBe(before);
    expect(await lab.sql('pg1', 'select pg_is_in_recovery()')).toBe('f');
  });

  test('a dry run says what would be done, and touches nothing', async () => {
    const [before, text] = [await lab.sql('pg1', started), file()];
    await expect
      .poll(() => lab.sql('pg1', senders), { timeout: 30_000 })
      .toBe('pg2 streaming, pg3 streaming');

    const { stdout } = await succeed(lab, 'switchover', '--candidate', 'pg2', '--dry-run');

    expect(stdout).toContain('promote pg2');
    expect(stdout).toContain('stop PostgreSQL on pg1');
    expect(await lab.sql('pg1', started)).toBe(before);
    expect(file()).toBe(text);
    expect(await lab.shell('control', 'ls /etc/dbctl/*/')).not.toContain('switchover');
  });

  test('a candidate that does not get on with the last WAL is not promoted: the primary leads again', async () => {
    await lab.shell('pg2', 'pkill -STOP -f "startup recovering"');

    const failed = await lab.dbctl('switchover', '--candidate', 'pg2', '--yes');

    await lab.shell('pg2', 'pkill -CONT -f "startup recovering"');
    expectClear(lab, failed, 6, 'pg2 did not replay all that pg1 wrote: pg1 leads again');
    expect(await lab.sql('pg1', 'select pg_is_in_recovery()')).toBe('f');
    expect(await lab.sql('pg2', 'select pg_is_in_recovery()')).toBe('t');
    await expect
      .poll(() => lab.sql('pg1', senders), { timeout: 30_000 })
      .toBe('pg2 streaming, pg3 streaming');
  });

  test('under a load nothing is lost, everybody follows, and the file says so', async () => {
    const comments = file()
      .split('\n')
      .filter((line) => line.startsWith('#'));
    const stopLoad = await startLoad();

    const { stdout } = await switchover('--candidate', 'pg2');

    await stopLoad();
    expect(stdout).toMatch(/pg2 is the primary now; no node took writes for \d+\.\d s at most/);
    await expectAllThere();
    await expectLedBy('pg2', '2');
    expect(
      file()
        .split('\n')
        .filter((line) => line.startsWith('#')),
    ).toEqual(comments);
    expect((await switchover('--candidate', 'pg2')).stdout).toContain('0 changes');
  });

  test('backups go on from the new primary', async () => {
    await succeed(lab, 'backup', 'run', '--type', 'diff');
    await succeed(lab, 'backup', 'check');
    const info = JSON.parse(await pgbackrestOn(lab, 'control', '--output=json info')) as readonly {
      backup: readonly { archive: { stop: string } }[];
    }[];
    expect(info[0]!.backup.at(-1)!.archive.stop).toMatch(/^00000002/);
  });

  test.each([
    { where: 'the old primary has stopped', to: 'pg1', on: '3', when: 'before', input: false },
    { where: 'its next start is one of a replica', to: 'pg2', on: '4', when: 'ended', input: false },
    { where: 'the other was promoted', to: 'pg1', on: '5', when: 'ended', input: true },
  ])('dbctl is killed when $where: the next run finishes', async ({ to, on, when, input }) => {
    const fate = input
      ? `const fateOf = () => (input) => (String(input).includes('pg_promote') ? '${when}' : undefined);`
      : `const fateOf = (line) => (line.includes('>>"$1/standby.signal"') ? '${when}' : undefined);`;
    const stopLoad = await startLoad();

    const killed = await dbctlWithFate(lab, fate, 'switchover', '--yes', '--candidate', to);
    expect(killed.exitCode, `${killed.stdout}${killed.stderr}`).toBeNull();
    const other = await lab.dbctl('switchover', '--yes', '--candidate', 'pg3');
    await switchover();

    await stopLoad();
    expectClear(lab, other, 4, 'was cut off', `dbctl switchover --candidate ${to}`);
    await expectAllThere();
    await expectLedBy(to, on);
  });

  test('an edited file asks for it, plan shows it, and up does it when told', async () => {
    const at = (node: string): string => `${node}=${addressOf(lab, node)}`;
    lab.configure({
      CLUSTER_DB_PRIMARY_HOST: at('pg3'),
      CLUSTER_DB_REPLICA_HOSTS: `${at('pg1')},${at('pg2')}`,
    });
    expectClear(lab, await lab.dbctl('up'), 4, 'dbctl up --switchover');
    const plan = await lab.dbctl('plan');
    expectExit(plan, 10);
    expect(plan.stdout).toContain('promote pg3');
    const stopLoad = await startLoad();

    await succeed(lab, 'up', '--switchover', '--yes');

    await stopLoad();
    await expectAllThere();
    await expectLedBy('pg3', '6');
  });
});
