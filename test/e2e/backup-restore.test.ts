// A table is dropped. It comes back: first beside the running cluster, then in its place.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgbackrestOn } from '../support/backup-story.ts';
import type { Lab } from '../support/e2e.ts';
import { advised, expectClear, expectReplicates, expectStreaming, settled } from '../support/faults.ts';
import { checksum, makeRows, now, onPort, unfinished, untouched } from '../support/restore-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const restore = ['backup', 'restore'] as const;

describeOnHosts('a restore', () => {
  let lab: Lab;
  let rows: string;
  let beforeDrop: string;
  let position: string;

  beforeAll(async () => {
    lab = await startCluster('restore', 'replica');
    lab.configure({ BACKUP_REPOSITORY: 'minio' });
    await succeed(lab, 'backup', 'setup');
    await makeRows(lab, 'orders');
    rows = await checksum(lab, 'pg1', 'orders');
    await lab.sql('pg1', `select pg_create_restore_point('release 7')`);
    await makeRows(lab, 'later', 10);
    position = await lab.sql('pg1', 'select pg_current_wal_lsn()');
    beforeDrop = await now(lab);
    await lab.sql('pg1', 'drop table orders', 'app');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('to the second before comes back beside the cluster, with every row, and the cluster goes on', async () => {
    const before = await untouched(lab, 'pg2');

    const { stdout } = await succeed(
      lab,
      ...restore,
      '--type=time',
      `--target=${beforeDrop}`,
      '--to=pg2:5499',
    );

    expect(stdout).toMatch(
      /^Restored pg2-5499 \(\S+:5499\) from the backup \d{8}-\d{6}F, .* on timeline 2\.$/m,
    );
    expect(stdout).toMatch(/^Remove it, on its host: +sh \/etc\/dbctl\/\S+\/pg2-5499\/remove\.sh$/m);
    expect(await checksum(lab, 'pg2', 'orders', 5499)).toBe(rows);
    expect(await onPort(lab, 'pg2', 5499, 'select pg_is_in_recovery()')).toBe('f');
    expect(await onPort(lab, 'pg2', 5499, 'show archive_mode')).toBe('off');
    await onPort(lab, 'pg2', 5499, 'create table written (n int); select pg_switch_wal()');
    expect(await untouched(lab, 'pg2')).toContain(before.split('\n')[0]);
    expect(await unfinished(lab, 'pg2')).toBe('');
    await expectReplicates(lab, 'pg2');
  });

  test('is rehearsed from the store, of which every file is as it was written', async () => {
    const { stdout } = await succeed(lab, 'backup', 'drill', '-o', 'json');
    await succeed(lab, 'backup', 'verify');

    expect(JSON.parse(stdout)).toMatchObject({ node: 'pg2', result: 'passed', checksums: 'passed' });
    expect((JSON.parse(stdout) as { tables: readonly object[] }).tables).toContainEqual({
      database: 'app',
      table: 'public.later',
      rows: 10,
    });
  });

  test('asked for again has nothing to do; another one there is refused', async () => {
    const target = ['--type=time', `--target=${beforeDrop}`, '--to=pg2:5499'];
    await settled(lab, ...restore, ...target);

    const refused = await lab.dbctl(...restore, '--to=pg2:5499');

    expectClear(lab, refused, 4, 'already holds a server', 'pg2-5499/remove.sh');
    expect(await checksum(lab, 'pg2', 'orders', 5499)).toBe(rows);
  });

  test('that is thrown away leaves nothing behind', async () => {
    const { stdout } = await succeed(
      lab,
      ...restore,
      '--type=time',
      `--target=${beforeDrop}`,
      '--to=pg2:5499',
    );
    await lab.shell('pg2', /^Remove it, on its host: (.*)$/m.exec(stdout)![1]!);

    expect(await lab.shell('pg2', 'ls /var/lib/postgresql/17 /etc/postgresql/17')).not.toContain('5499');
    expect(await lab.shell('pg2', 'find /etc -name "*5499*"')).toBe('');
  });

  test('to a position ends just there', async () => {
    await succeed(lab, ...restore, '--type=lsn', `--target=${position}`, '--to=at-lsn=pg2:5500');

    expect(await checksum(lab, 'pg2', 'orders', 5500)).toBe(rows);
    expect(await onPort(lab, 'pg2', 5500, 'select count(*) from later')).toBe('10');
    await lab.shell('pg2', 'pg_dropcluster --stop 17 at_lsn');
  });

  test('to a named point ends just there, also one from before the newest backup, as the refusals say', async () => {
    const known = await pgbackrestOn(lab, 'control', '--output=json info');
    const [first = ''] = /\d{8}-\d{6}F/.exec(known) ?? [];
    await succeed(lab, 'backup', 'run', '--type', 'full');
    const named = [...restore, '--type=name', '--target=release 7'];

    const portless = await lab.dbctl(...named, '--to=pg1');
    expectExit(portless, 2);
    const [, ...place] = /^→ name a port that is free: (--to) (pg1:5499), or /m.exec(portless.stderr) ?? [];
    const refused = await lab.dbctl(...named, ...place);
    expectClear(lab, refused, 4, 'cannot be reached from the backup');
    const [earlier = ''] = advised(
      refused,
      /if the target is older than that backup, choose an earlier backup: (--set) LABEL/,
    );
    await succeed(lab, ...named, ...place, earlier, first);

    expect(await checksum(lab, 'pg1', 'orders', 5499)).toBe(rows);
    expect(await onPort(lab, 'pg1', 5499, `select to_regclass('later') is null`)).toBe('t');
    await lab.shell('pg1', 'pg_dropcluster --stop 17 pg1_5499');
  });

  test('to where nothing can be reached is refused, and nothing is touched', async () => {
    const before = await untouched(lab, 'pg1');
    const inPlace = (...target: string[]) => lab.dbctl(...restore, ...target, '--in-place', '--yes');

    const range = /every point can be restored from \d{4}-\S+Z \(\S+\) to /;
    expectClear(lab, await inPlace('--type=time', '--target=2020-01-01 00:00:00+00'), 4, range);
    expectClear(lab, await inPlace('--type=time', '--target=2199-01-01 00:00:00+00'), 4, range);
    expectClear(lab, await inPlace('--type=lsn', '--target=FF/0'), 4, range);
    expectClear(lab, await inPlace('--type=time', '--target=2026-01-01 00:00:00'), 4, 'zone');
    const unknown = await inPlace('--type=name', '--target=never made');
    expectClear(lab, unknown, 4, 'recovery ended before configured recovery target was reached', '--set');
    expectClear(lab, await inPlace('--set=20200101-000000F'), 4, '20200101-000000F');

    expect(await untouched(lab, 'pg1')).toBe(before);
    expect(await unfinished(lab, 'pg1')).toBe('');
  });

  test('to a place that is not free is refused', async () => {
    await lab.shell(
      'pg1',
      'install -d -o postgres -m 700 /var/lib/postgresql/17/dirty && touch /var/lib/postgresql/17/dirty/file',
    );

    expectExit(await lab.dbctl(...restore, '--to=pg1:5432'), 2);
    expectExit(await lab.dbctl(...restore), 2);
    expectClear(lab, await lab.dbctl(...restore, '--to=pg1:8432'), 4, 'port 8432 is taken by pgbackrest');
    expectClear(
      lab,
      await lab.dbctl(...restore, '--to=dirty=pg1:5501'),
      4,
      'holds data that dbctl did not create',
    );

    await lab.shell('pg1', 'rm -r /var/lib/postgresql/17/dirty');
  });

  test('in place is not begun when nobody can confirm it', async () => {
    const before = await untouched(lab, 'pg1');

    expectClear(lab, await lab.dbctl(...restore, '--in-place'), 8, '--yes');

    expect(await untouched(lab, 'pg1')).toBe(before);
  });

  test('in place brings the table back on every node, and the replica streams', async () => {
    const { stdout } = await succeed(
      lab,
      ...restore,
      '--type=time',
      `--target=${beforeDrop}`,
      '--in-place',
      '--yes',
    );

    expect(stdout).toMatch(/kept on pg1: \S+main\.before-restore-\d{8}T\d{6}Z$/m);
    expect(stdout).toContain('dbctl backup run --type full');
    expect(await checksum(lab, 'pg1', 'orders')).toBe(rows);
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await checksum(lab, 'pg2', 'orders')).toBe(rows);
    for (const host of ['control', 'pg1', 'pg2']) expect(await unfinished(lab, host)).toBe('');
    expect(await lab.shell('pg2', 'ls /var/lib/postgresql/17')).toBe('main');
  });

  test('leaves an archive that is whole: new WAL arrives, backups go on, other commands have nothing to do', async () => {
    await pgbackrestOn(lab, 'control', 'check');
    const files = await pgbackrestOn(lab, 'control', `repo-ls --recurse archive/${lab.env['CLUSTER_NAME']}`);
    expect(files).toContain('00000002.history');
    await pgbackrestOn(lab, 'control', '--type=incr backup');
    for (const command of [['init-primary'], ['add-replica'], ['backup', 'setup']]) {
      await settled(lab, ...command);
    }
  });

  test('of the newest point loses nothing, across the timeline that the first one made', async () => {
    await makeRows(lab, 'newest');
    const newest = await checksum(lab, 'pg1', 'newest');
    await lab.shell('pg1', 'rm -r /var/lib/postgresql/17/main.before-restore-*');

    await succeed(lab, ...restore, '--in-place', '--yes');

    expect(await checksum(lab, 'pg1', 'newest')).toBe(newest);
    expect(await checksum(lab, 'pg1', 'orders')).toBe(rows);
    await expectStreaming(lab, 'pg2');
    expect(await checksum(lab, 'pg2', 'newest')).toBe(newest);
    expect(await lab.sql('pg1', 'select timeline_id from pg_control_checkpoint()')).toBe('3');
  });

  test('brings back a primary whose data is gone, and keeps what the replicas have', async () => {
    await makeRows(lab, 'last');
    const last = await checksum(lab, 'pg1', 'last');
    await lab.sql('pg1', 'select pg_switch_wal()');
    await pgbackrestOn(lab, 'control', 'check');
    await lab.shell('pg1', 'systemctl kill -s KILL postgresql@17-main; rm -rf /var/lib/postgresql/17/main*');

    await succeed(lab, ...restore, '--in-place', '--yes');

    expect(await checksum(lab, 'pg1', 'last')).toBe(last);
    await expectStreaming(lab, 'pg2');
    expect(await lab.shell('pg2', 'ls /var/lib/postgresql/17')).toBe('main\nmain.before-timeline-4');
  });
});
