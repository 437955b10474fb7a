// Data that is not all on one disk: WAL on a small disk of its own, tablespaces on others, a data directory that is a
// link. What makes copies puts each where it belongs, and nothing of another is touched.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { data, follow, listOf, mountDisk, moveData, moveWal, unit } from '../support/disks.ts';
import type { Lab } from '../support/e2e.ts';
import { advised, expectClear, expectReplicates, expectStreaming, followDbctl } from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

describeOnHosts('data on several disks', () => {
  let lab: Lab;
  let pg2: string;
  const rows = (host: string): Promise<string> =>
    lab.sql(
      host,
      'select (select sum(n) from one), (select sum(n) from two), (select sum(n) from three)',
      'app',
    );

  beforeAll(async () => {
    lab = await startCluster('disks', 'backups');
    pg2 = addressOf(lab, 'pg2');
    await Promise.all(
      ['pg1', 'pg2'].map(async (host) => {
        await mountDisk(lab, host, '/srv/wal', 700);
        await moveWal(lab, host, '/srv/wal');
        await mountDisk(lab, host, '/srv/one', 300);
        await lab.shell(
          host,
          'mkdir -p /srv/real /srv/two; ln -s /srv/real /srv/three; chown postgres /srv/one /srv/two /srv/real',
        );
      }),
    );
    await moveData(lab, 'pg2', '/srv/big/main');
    for (const name of ['one', 'two', 'three']) {
      await lab.sql('pg1', `create tablespace ${name} location '/srv/${name}'`);
      await lab.sql(
        'pg1',
        `create table ${name} tablespace ${name} as select generate_series(1, 1000) n`,
        'app',
      );
    }
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('a tablespace that cannot be backed up is named before the day, and the advice leads out', async () => {
    const checked = await lab.dbctl('backup', 'check');
    expectExit(checked, 2);
    expect(checked.stdout).toContain('/srv/three, is a link');
    expect(checked.stdout).toContain('lost+found is in the directory of WAL, /srv/wal');
    const refused = await lab.dbctl('backup', 'setup');
    expectClear(lab, refused, 4, 'pg1 cannot be used', '/srv/three, is a link');

    for (const host of ['pg1', 'pg2']) {
      await follow(lab, host, refused, /on every node: (.*)$/);
      await follow(lab, host, refused, /of its own on that disk: (.*)$/);
    }

    await expectStreaming(lab, 'pg2');
    await succeed(lab, 'up');
    expect((await lab.dbctl('backup', 'check')).stdout).not.toContain('is a link');
  });

  test('what is no tablespace is named before a backup or a copy meets it, and the advice leads out', async () => {
    await lab.shell(
      'pg1',
      `echo x >${data}/pg_tblspc/README; mkdir /srv/bare; ln -s /srv/bare ${data}/pg_tblspc/99999`,
    );

    const checked = await lab.dbctl('backup', 'check');
    expectExit(checked, 2);
    expect(checked.stdout).toContain('pg_tblspc/README is no tablespace');
    expect(checked.stdout).toContain('/srv/bare, has nothing of');
    expectExit(await lab.dbctl('backup', 'run', '--type', 'incr'), 5);
    const refused = await lab.dbctl('reinit', 'pg2', '--yes');
    expectClear(lab, refused, 4, 'pg1 cannot be used', 'README is no tablespace', '/srv/bare');
    await expectStreaming(lab, 'pg2');

    await follow(lab, 'pg1', refused, /take it out of there: (.*)$/);
    await follow(lab, 'pg1', refused, /take its link away: (.*)$/);

    const failed = await lab.dbctl('backup', 'check');
    expectExit(failed, 1);
    expect(failed.stdout).toMatch(/an incremental backup failed .* ago: \[0/);
    expect((await succeed(lab, 'status')).stdout).toMatch(
      /^ +an incremental backup failed .* ago: dbctl backup check$/m,
    );
    expect(failed.stdout).toContain('make it: dbctl backup run --type incr');
    await succeed(lab, 'backup', 'run', '--type', 'incr');
    expectExit(await lab.dbctl('backup', 'check'), 0);
    expect((await succeed(lab, 'status')).stdout).not.toContain('failed');
  });

  test('a replica without the files of a tablespace is not started: it would answer with fewer rows', async () => {
    await lab.sql('pg1', 'checkpoint');
    await lab.shell(
      'pg2',
      `systemctl stop ${unit}; mv /srv/two /srv/two.away; install -d -o postgres /srv/two`,
    );

    for (const command of [['restart', 'pg2'], ['up']]) {
      const refused = await lab.dbctl(...command);
      expectClear(
        lab,
        refused,
        4,
        '/srv/two, has nothing of PostgreSQL in it',
        'is its disk mounted',
        'dbctl reinit pg2',
      );
    }
    const { stdout } = await lab.dbctl('doctor');
    expect(stdout).toContain('/srv/two, has nothing of PostgreSQL');
    expect(stdout).not.toContain('dbctl restart pg2');
    const seen = (await succeed(lab, 'status')).stdout;
    expect(seen).toMatch(/^pg2: .* \/srv\/two, has nothing of PostgreSQL in it\. See: dbctl plan$/m);
  });

  test("a replica that leads to another server's tablespace is not started, and reinit leaves that alone", async () => {
    const asOther = (sql: string): Promise<string> =>
      lab.shell('pg2', `cd / && runuser -u postgres -- psql -XAtq -p 5544 -c "${sql}"`);
    await lab.shell(
      'pg2',
      `install -d -o postgres /srv/other; pg_createcluster 17 other -p 5544 && pg_ctlcluster 17 other start`,
    );
    await asOther("create tablespace o location '/srv/other'");
    await asOther('create table kept tablespace o as select 42 as a');
    await lab.shell(
      'pg2',
      `for link in ${data}/pg_tblspc/*; do [ "$(readlink $link)" = /srv/two ] && ln -sfnT /srv/other $link || :; done`,
    );

    const refused = await lab.dbctl('up');
    expectClear(lab, refused, 4, '/srv/other, is also that of another server', '17/other');
    expectExit(await followDbctl(lab, refused, /reinit pg2/, '--yes'), 0);

    await expectReplicates(lab, 'pg2');
    expect(await rows('pg2')).toBe('500500|500500|500500');
    await lab.shell('pg2', 'pg_ctlcluster 17 other restart');
    expect(await asOther('select a from kept')).toBe('42');
    await lab.shell('pg2', 'pg_dropcluster --stop 17 other; rm -r /srv/two.away /srv/other');
  });

  test('nor is a primary that leads there, until its link leads to its own directory again', async () => {
    const link = await lab.shell(
      'pg1',
      `cd ${data}/pg_tblspc && for l in *; do readlink $l | grep -qx /srv/two && echo $l; done; :`,
    );
    await lab.shell(
      'pg1',
      `systemctl stop ${unit}; install -d -o postgres /srv/other; pg_createcluster 17 other -p 5544 && pg_ctlcluster 17 other start &&
       cd / && runuser -u postgres -- psql -XAtq -p 5544 -c "create tablespace o location '/srv/other'" &&
       ln -sfnT /srv/other ${data}/pg_tblspc/${link}`,
    );

    const refused = await lab.dbctl('up');

    expectClear(lab, refused, 4, '/srv/other, is also that of another server', '17/other');
    const [line = ''] = advised(
      refused,
      /if it belongs to the other, let the link lead to the right directory, on pg1: (ln -sfnT DIRECTORY \S+)/,
    );
    await lab.shell('pg1', line.replace('DIRECTORY', '/srv/two'));
    await succeed(lab, 'up');
    expect(await rows('pg1')).toBe('500500|500500|500500');
    await expectReplicates(lab, 'pg2');
    await lab.shell('pg1', 'pg_dropcluster --stop 17 other; rm -r /srv/other');
  });

  test('a replica that is gone does not fill the small disk of WAL', async () => {
    expect(await lab.sql('pg1', 'show max_slot_wal_keep_size')).toBe('175MB');
    expect(await lab.shell('pg1', 'grep -h queue-max /etc/dbctl/*/pg1/pgbackrest.conf')).toContain('=175MiB');
    await lab.shell('pg2', `systemctl stop ${unit}`);

    const write = `do $$ begin for i in 1..10 loop
      perform pg_logical_emit_message(false, 'e2e', repeat('x', 10000000)); end loop; end $$`;
    for (let written = 0; written < 9; written++) await lab.sql('pg1', write);

    expect(await lab.sql('pg1', 'select 1')).toBe('1');
    const { stdout } = await succeed(lab, 'explain', 'wal', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      nodes: [{ directory: { fileSystemBytes: 700 * 1024 ** 2 } }, {}],
    });
    expect((await succeed(lab, 'status')).stdout).toMatch(/^pg1: pg_wal \(\/srv\/wal\/wal\) .* of 700 MB$/m);
  });

  test.each([
    { how: 'from the primary', flags: [] },
    { how: 'from a backup', flags: ['--from', 'backup'] },
  ])('a replica is made anew in all its places, $how', async ({ flags }) => {
    if (flags.length > 0) await succeed(lab, 'backup', 'run', '--type', 'diff');

    await succeed(lab, 'reinit', 'pg2', '--yes', ...flags);

    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await rows('pg2')).toBe('500500|500500|500500');
    expect(await lab.shell('pg2', `readlink ${data} ${data}/pg_wal`)).toBe('/srv/big/main\n/srv/wal/wal');
    expect(await listOf(lab, 'pg2', '/srv/big')).toEqual(['main']);
    expect(await listOf(lab, 'pg2', '/srv/wal/wal')).toEqual(['archive_status', 'summaries']);
    expect(await listOf(lab, 'pg2', '/srv/one')).toEqual([expect.stringMatching(/^PG_17_/), 'lost+found']);
    expect(await listOf(lab, 'pg2', '/srv/real')).toEqual([expect.stringMatching(/^PG_17_/)]);
    expect((await succeed(lab, 'plan')).stdout).toMatch(/0 changes to make$/m);
  });

  test('a replica that is removed leaves its places free, and all of its data is kept', async () => {
    await lab.shell('pg2', `mkdir ${data}/mnt; mount -t tmpfs none ${data}/mnt`);
    expectClear(
      lab,
      await lab.dbctl('remove-replica', 'pg2'),
      4,
      'a file system is mounted on /srv/big/main/mnt',
    );
    await expectStreaming(lab, 'pg2');
    await lab.shell('pg2', `umount ${data}/mnt; rmdir ${data}/mnt`);
    const { stdout } = await succeed(lab, 'remove-replica', 'pg2');

    const kept = /^The data of pg2 was kept on its host \(.*\): (.*)$/m.exec(stdout)?.[1];
    expect(kept, stdout).toMatch(/^\/srv\/big\/main\.removed-/);
    const places = await lab.shell('pg2', `readlink -e ${kept}/data/pg_tblspc/* ${kept}/data/pg_wal`);
    expect(places.split('\n')).toHaveLength(4);
    for (const place of places.split('\n')) expect(await lab.shell('pg2', `ls ${place}`)).not.toBe('');
    expect(await listOf(lab, 'pg2', '/srv/two')).toEqual([expect.stringMatching(/^dbctl-removed-/)]);
  });

  test('files of somebody else where a tablespace must be are named before anything is copied', async () => {
    await lab.shell(
      'pg2',
      'echo kept >/srv/two/letters; umount /srv/one; rm -r /srv/one /srv/real /srv/big; mkdir /srv/big',
    );

    const refused = await lab.dbctl('add-replica', `pg2=${pg2}`);
    expectClear(lab, refused, 4, 'pg2 cannot be used', '/srv/two, is not empty: letters');
    await follow(lab, 'pg2', refused, /use another host, or if that is not needed: (.*)$/);
    await succeed(lab, 'add-replica', `pg2=${pg2}`);

    await expectReplicates(lab, 'pg2');
    expect(await rows('pg2')).toBe('500500|500500|500500');
    expect(await lab.shell('pg2', 'cat /srv/two/away.old/letters; stat -c "%U %a" /srv/one /srv/real')).toBe(
      'kept\npostgres 700\npostgres 700',
    );
    expect(await lab.shell('pg2', `readlink -e ${data}`)).toBe('/srv/big/main');
  });

  test('the cluster goes back in place, on all its disks, and all of the old data is kept', async () => {
    await moveData(lab, 'pg1', '/srv/big/main');
    await lab.shell('pg1', 'mkdir -p /srv/late && chown postgres /srv/late');
    await lab.sql('pg1', `create tablespace late location '/srv/late'`);
    await lab.sql('pg1', 'create table late tablespace late as select generate_series(1, 100) n', 'app');
    // pg2 has no such directory, and ends.
    await expect.poll(() => lab.sql('pg2', 'select 1').catch(String), { timeout: 30_000 }).not.toBe('1');
    const refused = await lab.dbctl('restart', 'pg2');
    expectClear(lab, refused, 4, 'directory of a tablespace is not there', 'pg2: /srv/late', 'dbctl up');
    expect((await lab.dbctl('doctor')).stdout).toMatch(
      /start it, with the directories of tablespaces .*[\s\S]*dbctl up/,
    );
    await succeed(lab, 'up');

    const { stdout } = await succeed(lab, 'backup', 'restore', '--in-place', '--yes');

    const kept = /^Remove it when it is not needed: {2}rm -r (\S+) /m.exec(stdout)?.[1];
    expect(kept, stdout).toMatch(/^\/srv\/big\/main\.before-restore-/);
    expect(
      await lab.shell('pg1', `ls -d ${kept}/pg_tblspc/*/PG_17_* | wc -l; ls ${kept}/pg_wal | wc -l`),
    ).toMatch(/^4\n[1-9]/);
    for (const host of ['pg1', 'pg2']) {
      expect(await rows(host)).toBe('500500|500500|500500');
      expect(await lab.sql(host, 'select sum(n) from late', 'app')).toBe('5050');
      expect(await lab.shell(host, `readlink -e ${data} ${data}/pg_tblspc/* | sort | xargs`)).toBe(
        '/srv/big/main /srv/late /srv/one /srv/real /srv/two',
      );
    }
    expect(await lab.shell('pg1', `readlink ${data}/pg_wal`)).toBe('/srv/wal/wal');
  });

  test('and again when only the tablespaces and the WAL are left of the primary', async () => {
    await lab.shell('pg1', `systemctl kill -s KILL ${unit}; sleep 0.5; rm -rf /srv/big/main`);

    const { stdout } = await succeed(lab, 'backup', 'restore', '--in-place', '--yes');

    const kept = /^What was still there is kept: (.*)$/m.exec(stdout)?.[1]?.split(', ') ?? [];
    expect(kept, stdout).toHaveLength(5);
    for (const place of kept) expect(await lab.shell('pg1', `ls -A ${place}`)).not.toBe('');
    await expectReplicates(lab, 'pg2');
    for (const host of ['pg1', 'pg2']) expect(await rows(host)).toBe('500500|500500|500500');
    expect(await lab.shell('pg1', `readlink ${data} ${data}/pg_wal`)).toBe('/srv/big/main\n/srv/wal/wal');
  });

  test('a server that is down on a full disk: the disk is named, and room brings it back', async () => {
    await lab.shell(
      'pg1',
      `systemctl stop ${unit}; fallocate -l $(df --output=avail -B1 /srv/wal | tail -n 1) /srv/wal/eaten`,
    );

    expectClear(lab, await lab.dbctl('up'), 4, 'the disk of pg_wal (/srv/wal/wal) is full', 'make room');

    await lab.shell('pg1', 'rm /srv/wal/eaten');
    await succeed(lab, 'up');
    await expectReplicates(lab, 'pg2');
  });
});
