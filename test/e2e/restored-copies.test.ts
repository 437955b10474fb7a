// A copy of a cluster is restored on the hosts where the cluster lives. It must touch nothing of it: no file, no slot, no job.

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import { advised, expectClear } from '../support/faults.ts';
import { now, onPort, unfinished } from '../support/restore-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, patienceMs, succeed } from '../support/story.ts';

const restore = ['backup', 'restore'] as const;
const nodes = ['pg1', 'pg2'];

describeOnHosts('a restored copy', () => {
  let lab: Lab;
  let beforeUpdate: string;
  let beforeTablespaces: string;

  const sum = (host: string, port = 5432): Promise<string> =>
    onPort(lab, host, port, 'select count(*), sum(v), (select count(*) from inner_t) from t');
  const hasArrived = async (): Promise<boolean> => (await sum('pg2').catch(String)) === '10000|30000|5';
  const publisher = (statement: string): Promise<string> =>
    lab.shell('control', `cd / && runuser -u postgres -- psql -XAtqp 5433 -v ON_ERROR_STOP=1`, statement);
  const filesOfTablespaces = (host: string): Promise<string> =>
    lab.shell(host, `find '/srv/new ts' /srv/known -type f -exec md5sum {} + | sort`);
  const restartServer = async (host: string): Promise<void> => {
    await lab.shell(host, 'systemctl restart postgresql@17-main');
    await expect.poll(() => sum(host).catch(String), { timeout: 30_000 }).toMatch(/^\d/);
  };

  beforeAll(async () => {
    lab = await startCluster('copies', 'backups');
    await lab.shell(
      'control',
      `pg_createcluster 17 pub -p 5433 -o wal_level=logical -o "listen_addresses=*" &&
       echo "host all all 10.77.0.0/16 trust" >>/etc/postgresql/17/pub/pg_hba.conf && pg_ctlcluster 17 pub start`,
    );
    await publisher(
      'create table n (i int primary key); create publication p for table n; insert into n values (1)',
    );
    for (const host of nodes) {
      await lab.shell(
        host,
        `install -d -o postgres -m 700 /srv/known '/srv/new ts' '/srv/new ts/in' /srv/gone`,
      );
    }
    // What the backup knows: a tablespace, a subscription, and settings that name what is the cluster's.
    const known = [
      `create tablespace known location '/srv/known'`,
      'create table kept tablespace known as select generate_series(1, 10) n',
      'create table n (i int primary key)',
      `create subscription s connection 'host=${addressOf(lab, 'control')} port=5433 dbname=postgres user=postgres' publication p`,
      `alter system set shared_preload_libraries = 'no_such_jobs'`,
      `alter system set synchronous_standby_names = 'FIRST 1 (nobody)'`,
      `alter system set log_directory = '/var/lib/postgresql/17/main'`,
      `alter system set external_pid_file = '/srv/known/pid'`,
      `alter system set recovery_min_apply_delay = '1h'`,
      `alter system set archive_cleanup_command = 'touch /srv/known/cleaned'`,
      `alter system set recovery_end_command = 'touch /srv/known/ended'`,
    ];
    await lab.sql('pg1', known.join(';\n'), 'app');
    await succeed(lab, 'backup', 'run', '--type', 'full');
    await lab.sql('pg1', 'alter system reset all', 'app');
    beforeTablespaces = await now(lab);
    // Recovery ends with the first transaction after a time.
    await lab.sql('pg1', 'create table in_between as select 1 as n', 'app');
    // What it does not know: tablespaces in an odd place, one in the other, and one that was dropped again.
    const unknown = [
      `create tablespace "Inner" location '/srv/new ts/in'`,
      `create tablespace "New" location '/srv/new ts'`,
      `create tablespace gone location '/srv/gone'`,
      'create table inner_t tablespace "Inner" as select generate_series(1, 5) n',
      'create table t (id int, v int) with (fillfactor = 40, autovacuum_enabled = off) tablespace "New"',
      'insert into t select g, 1 from generate_series(1, 10000) g',
      'create table g tablespace gone as select 1',
      'drop table g',
      'drop tablespace gone',
      'checkpoint',
    ];
    await lab.sql('pg1', unknown.join(';\n'), 'app');
    beforeUpdate = await now(lab);
    await lab.sql(
      'pg1',
      'update t set v = 3;\nselect count(*) from t;\ncheckpoint;\nselect pg_switch_wal()',
      'app',
    );
    await vi.waitUntil(hasArrived, { timeout: 60_000, interval: 200 });
    await lab.sql('pg2', 'checkpoint');
    for (const host of nodes) await lab.shell(host, 'rmdir /srv/gone');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('of a drill leaves the tablespaces of the replica beside it alone', async () => {
    const before = await filesOfTablespaces('pg2');

    const { stdout } = await succeed(
      lab,
      'backup',
      'drill',
      '--type=time',
      `--target=${beforeUpdate}`,
      '-o',
      'json',
    );

    expect(JSON.parse(stdout)).toMatchObject({ node: 'pg2', result: 'passed', checksums: 'passed' });
    expect((JSON.parse(stdout) as { tables: object[] }).tables).toContainEqual(
      expect.objectContaining({ table: 'public.t', rows: 10_000 }),
    );
    expect(await filesOfTablespaces('pg2')).toBe(before);
    expect(await lab.shell('pg2', 'ls /srv /var/lib/postgresql/17')).not.toMatch(/gone|drill/);
    await restartServer('pg2');
    expect(await sum('pg2')).toBe('10000|30000|5');
  });

  test('of a drill that is not kept apart is refused', async () => {
    const byHand = `runuser -u postgres -- sh /usr/local/lib/dbctl/drill.sh /etc/dbctl/*/drill.conf; echo $?`;

    expect(await lab.shell('pg2', byHand)).toMatch(/^1$/m);
    expect(await lab.shell('pg2', 'tail -n 1 /var/lib/dbctl/*/drills.jsonl')).toContain('not kept apart');
  });

  test('beside the primary has the rows of then, in directories of its own', async () => {
    await lab.sql('pg1', 'checkpoint');
    const before = await filesOfTablespaces('pg1');

    const { stdout } = await succeed(
      lab,
      ...restore,
      '--type=time',
      `--target=${beforeUpdate}`,
      '--to=pg1:5499',
    );

    expect(stdout).toContain('remove its line from /etc/postgresql/17/pg1_5499/conf.d/dbctl_copy.conf');
    expect(await sum('pg1', 5499)).toBe('10000|10000|5');
    expect(await onPort(lab, 'pg1', 5499, 'select count(*) from kept')).toBe('10');
    const links = await lab.shell('pg1', 'readlink -f /var/lib/postgresql/17/pg1_5499/pg_tblspc/*');
    expect(links.split('\n')).toHaveLength(3);
    for (const link of links.split('\n'))
      expect(link).toMatch(/^\/var\/lib\/postgresql\/17\/pg1_5499\.tablespaces\//);
    await onPort(lab, 'pg1', 5499, 'update t set v = 7; checkpoint');
    expect(await filesOfTablespaces('pg1')).toBe(before);
    expect(await unfinished(lab, 'pg1')).toBe('');
  });

  test('does none of the work of the original', async () => {
    const settings = await onPort(
      lab,
      'pg1',
      5499,
      `select string_agg(name || '=' || setting, ' ' order by name collate "C") from pg_settings where name in ('archive_mode',
       'event_triggers', 'max_logical_replication_workers', 'max_worker_processes', 'shared_preload_libraries',
       'synchronous_standby_names', 'sync_replication_slots', 'recovery_min_apply_delay', 'archive_cleanup_command')`,
    );
    expect(settings).toBe(
      'archive_cleanup_command= archive_mode=off event_triggers=off max_logical_replication_workers=0 max_worker_processes=0 ' +
        'recovery_min_apply_delay=0 shared_preload_libraries=auth_delay, passwordcheck sync_replication_slots=off synchronous_standby_names=',
    );
    expect(await onPort(lab, 'pg1', 5499, 'select count(pid) from pg_stat_subscription')).toBe('0');

    await restartServer('pg1');
    await publisher('insert into n select generate_series(2, 20)');

    await expect.poll(() => lab.sql('pg1', 'select count(*) from n', 'app'), { timeout: 30_000 }).toBe('20');
    expect(await onPort(lab, 'pg1', 5499, 'select count(*) from n')).toBe('1');
    expect(await lab.shell('pg1', 'ls /srv/known')).not.toMatch(/cleaned|ended/);
  });

  test('is still apart after a restart, and cannot be told to leave its directories', async () => {
    await lab.shell('pg1', 'systemctl restart postgresql@17-pg1_5499');
    await expect.poll(() => sum('pg1', 5499).catch(String), { timeout: 30_000 }).toBe('10000|70000|5');

    for (const statement of [
      `create tablespace again location '/srv/new ts'`,
      `copy t to '/var/lib/postgresql/17/main/pg_wal/copied'`,
    ]) {
      await expect(onPort(lab, 'pg1', 5499, statement)).rejects.toThrow('Read-only file system');
    }
    expect(await sum('pg1')).toBe('10000|30000|5');
  });

  test('that stands in the way is removed as the refusal says, and nothing else is', async () => {
    const refused = await lab.dbctl(...restore, '--to=pg1:5499');
    expectClear(lab, refused, 4, 'already holds a server');
    await lab.sql('pg1', 'checkpoint');
    const before = await filesOfTablespaces('pg1');
    await lab.shell(
      'pg1',
      `cd /var/lib/postgresql/17/pg1_5499/pg_tblspc && ln -sfnT '/srv/new ts' $(ls | head -n 1)`,
    );

    const said = await lab.shell('pg1', /on its host: (sh \S+)$/m.exec(refused.stderr)![1]!);

    expect(said).toContain('left alone: /srv/new ts');
    expect(await filesOfTablespaces('pg1')).toBe(before);
    expect(
      await lab.shell('pg1', 'find / -xdev -name "*5499*" -not -path "/proc/*"; pg_lsclusters -h'),
    ).toMatch(/^17 +main +5432 online[^\n]*$/);
    await restartServer('pg1');
    expect(await sum('pg1')).toBe('10000|30000|5');
  });

  test('that cannot be kept apart is refused; the backup that the refusal names leads out', async () => {
    await lab.shell('control', `touch '/srv/new ts'`);

    const refused = await lab.dbctl(...restore, '--to=control:5499');

    expectClear(lab, refused, 4, 'a tablespace that was made after this backup', '/srv/new ts');
    expect(await unfinished(lab, 'control')).toBe('');
    const earlier = /a moment before the tablespace was made can be restored now: (--type=time) (--target=)…/;
    const [type = '', target = ''] = advised(refused, earlier);
    await succeed(lab, ...restore, type, target + beforeTablespaces, '--to=control:5498');
    expect(
      await onPort(lab, 'control', 5498, `select count(*), to_regclass('inner_t') is null from kept`),
    ).toBe('10|t');
    // pgBackRest backs up no tablespace that is below another one.
    const moved = ['alter table inner_t set tablespace pg_default', 'drop tablespace "Inner"'];
    await lab.sql('pg1', moved.join(';\n'), 'app');
    await succeed(lab, .../restore again: dbctl (.*)$/m.exec(refused.stderr)![1]!.split(' '));
    await succeed(lab, ...restore, '--to=control:5499');
    expect(await sum('control', 5499)).toBe('10000|30000|5');
    expect(await lab.shell('control', 'ls /srv')).toBe('new ts');
  });
});
