// WAL is missing from the repository, or damaged there: a restore loses nothing in silence. A damaged backup is passed over.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DrillResult } from '../../src/backup/drill/drill.ts';
import { data, follow, mountDisk, moveWal, unit } from '../support/disks.ts';
import type { Lab } from '../support/e2e.ts';
import { advised, expectClear, expectStreaming, follow as followOn, followDbctl } from '../support/faults.ts';
import { dbctlWithFate } from '../support/kill-preload.ts';
import { checksum, makeRows, onPort, unfinished } from '../support/restore-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const restore = ['backup', 'restore'] as const;
const inPlace = [...restore, '--in-place', '--yes'] as const;

const walOf = (name: string): string => `/var/lib/postgresql/17/main/pg_wal/${name}`;

/** What `status` says is to be written into the file. */
const settingsIn = (said: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...said.matchAll(/(CLUSTER_DB_\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]));

describeOnHosts('a repository with gaps', () => {
  let lab: Lab;
  let torn: string;

  /** Makes rows in WAL files of their own; answers the names of these files, which are in the repository then. */
  async function archivedRows(...tables: readonly string[]): Promise<readonly string[]> {
    const files: string[] = [];
    for (const table of tables) {
      await makeRows(lab, table);
      files.push(await lab.sql('pg1', 'select pg_walfile_name(pg_switch_wal())'));
    }
    await expect.poll(() => inRepository(files.at(-1)!), { timeout: 60_000 }).not.toBe('');
    return files;
  }
  const inRepository = (name: string): Promise<string> =>
    lab.shell('control', `find /var/lib/pgbackrest/*/archive -name '${name}-*'`);
  const startedAt = (host: string): Promise<string> => lab.sql(host, 'select pg_postmaster_start_time()');
  const tablesOn = (host: string): Promise<string> =>
    lab.sql(
      host,
      `select string_agg(relname, ' ' order by relname) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
      'app',
    );

  /** What the timer starts. */
  async function scheduledDrill(): Promise<DrillResult> {
    await lab.shell('pg2', `systemctl start dbctl-scheduled-drill-${lab.env['CLUSTER_NAME']} || :`);
    return JSON.parse(await lab.shell('pg2', 'tail -n 1 /var/lib/dbctl/*/drills.jsonl')) as DrillResult;
  }

  beforeAll(async () => {
    lab = await startCluster('gaps', 'backups');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('that the old data fills: a restore in place loses nothing', async () => {
    const files = await archivedRows('one', 'two', 'three');
    for (const name of files.slice(0, 2)) await lab.shell('control', `rm ${await inRepository(name)}`);
    await makeRows(lab, 'newest');
    const rows = await checksum(lab, 'pg1', 'newest');

    const { stdout } = await succeed(lab, ...restore, '--in-place', '--dry-run');
    expect(stdout).toContain('2 WAL files that the repository lacks from /var/lib/postgresql/17/main/pg_wal');
    const beside = await lab.dbctl(...restore, '--to=pg2:5499');
    expectClear(lab, beside, 4, 'WAL is missing or damaged from', 'bytes of WAL', 'pg1 is at');
    const started = await startedAt('pg1');
    await lab.shell('pg2', `echo seven >${data}/PG_VERSION`);
    const unusable = await lab.dbctl(...inPlace);
    expectClear(lab, unusable, 4, 'has no PG_VERSION', 'nothing was changed');
    expect(await startedAt('pg1')).toBe(started);
    await followOn(lab, 'pg2', unusable, /echo 17 \| install .*/);
    await succeed(lab, ...inPlace);

    expect(await tablesOn('pg1')).toBe('newest one three two');
    expect(await checksum(lab, 'pg1', 'newest')).toBe(rows);
    await expectStreaming(lab, 'pg2');
    expect(await checksum(lab, 'pg2', 'newest')).toBe(rows);
    expect(await lab.sql('pg1', 'select timeline_id from pg_control_checkpoint()')).toBe('2');
  });

  test('and a run that was cut off: what it made is not taken for the newest point when the primary went on', async () => {
    // The advice of the check.
    await succeed(lab, 'backup', 'run', '--type', 'full');
    const atTheMove = `const fateOf = (line) => (line.includes('somebody made new data meanwhile') ? 'before' : undefined);`;
    expect((await dbctlWithFate(lab, atTheMove, ...inPlace)).exitCode).toBeNull();
    expect(await lab.shell('pg1', `ls ${data}.dbctl-restore`)).toContain('recovered');
    await succeed(lab, 'up');
    await makeRows(lab, 'since');
    const rows = await checksum(lab, 'pg1', 'since');

    const planned = await succeed(lab, ...restore, '--in-place', '--dry-run');
    expect(planned.stdout).toMatch(
      /dbctl-restore, and restore again: it ends at 0\/\w+, and pg1 is at 0\/\w+ now$/m,
    );
    await succeed(lab, ...inPlace);

    expect(await checksum(lab, 'pg1', 'since')).toBe(rows);
    await expectStreaming(lab, 'pg2');
    expect(await unfinished(lab, 'pg1')).toBe('');
  });

  test('and data that is older than the repository is neither named as what is lost, nor started', async () => {
    await lab.shell('pg1', `systemctl stop ${unit} && cp -a ${data} /root/older && systemctl start ${unit}`);
    await expectStreaming(lab, 'pg2');
    await archivedRows('later');
    const rows = await checksum(lab, 'pg1', 'later');
    await lab.shell('pg1', `systemctl stop ${unit} && mv ${data} /root/newer`);

    const lost = await lab.dbctl('up');
    expectClear(lab, lost, 4, 'pg1 has none: is its disk mounted?');
    expect(lost.stderr).not.toContain('before-restore');
    await lab.shell('pg1', `mv /root/older ${data}`);
    const older = 'is older than what is known';
    for (const command of [['plan'], ['restart', 'pg1'], ['init-primary']]) {
      expectClear(
        lab,
        await lab.dbctl(...command),
        4,
        older,
        /only pg2 has 1 transaction,/,
        /pg2 lead in place of pg1, on .*select pg_promote/,
      );
    }
    await lab.shell('pg2', `systemctl stop ${unit} && mv ${data} /root/data`);
    const way = 'dbctl backup restore --in-place';
    for (const command of ['up', 'init-primary']) {
      const refused = await lab.dbctl(command);
      expectClear(lab, refused, 4, older, /WAL file \w{24} is not the one in the repository/, way);
    }

    await lab.shell('pg2', `mv /root/data ${data}`);
    // "bring it back", says the advice.
    await lab.shell('pg1', `rm -r ${data} && mv /root/newer ${data}`);
    await succeed(lab, 'up');
    expect(await checksum(lab, 'pg1', 'later')).toBe(rows);
    await expectStreaming(lab, 'pg2');
  });

  test('and data of an earlier timeline that was started by hand: what came after it is offered to nobody for removal', async () => {
    const timeline = await lab.sql('pg1', 'select timeline_id from pg_control_checkpoint()');
    const rows = await checksum(lab, 'pg1', 'later');
    await succeed(lab, 'backup', 'run', '--type', 'incr');
    const initdb = `runuser -u postgres -- /usr/lib/postgresql/17/bin/initdb -D ${data} >/dev/null`;
    await lab.shell('pg2', `systemctl stop ${unit} && mv ${data} /root/data && ${initdb}`);
    await lab.shell(
      'pg1',
      `systemctl stop ${unit} && mv ${data} /root/newer && mv "$(ls -d ${data}.before-restore-* | tail -n 1)" ${data}`,
    );
    const words = `the repository goes on with timeline ${timeline}`;
    for (const command of ['plan', 'init-primary']) expectClear(lab, await lab.dbctl(command), 4, words);
    await followOn(lab, 'pg1', await lab.dbctl('up'), /touch \S+ && systemctl start \S+/);
    await expect.poll(() => lab.sql('pg1', 'select not pg_is_in_recovery()').catch(String)).toBe('t');

    const backedUp = await lab.dbctl('backup', 'expire', '--timeline', timeline, '--yes');
    expectClear(lab, backedUp, 4, `backups were made on timeline ${timeline}: `);
    const [remove = ''] = advised(backedUp, /to remove one, on the control host: (runuser .* expire)/);
    await lab.shell('control', `cd / && ${remove}`);
    const checked = (await lab.dbctl('backup', 'check')).stdout.replaceAll(/\s+/g, ' ');
    const expired = await lab.dbctl('backup', 'expire', '--timeline', timeline, '--yes');

    expect(checked).toContain(`it is the cluster's own if pg1 was started from an older copy of its data`);
    expect(checked).not.toContain('backup expire');
    expectClear(lab, expired, 4, `timeline ${timeline} may be the cluster's own`);
    await lab.shell('pg1', `systemctl stop ${unit}`);
    const which = await lab.dbctl(...inPlace);
    expectClear(lab, which, 4, "nobody can say which timeline is the cluster's", 'it may be an older copy');
    const look = new RegExp(`dbctl backup restore (--to) HOST:PORT (--target-timeline ${timeline})`);
    const [to = '', following = ''] = advised(which, look);
    await succeed(lab, ...restore, to, 'control:5499', ...following.split(' '));
    expect(await checksum(lab, 'control', 'later', 5499)).toBe(rows);
    const wanted = [
      ...inPlace,
      ...advised(which, new RegExp(`repeat the command with: (--target-timeline) (${timeline})`)),
    ];
    const foreign = await lab.dbctl(...wanted);
    expectClear(lab, foreign, 4, "the data on pg2 is another server's: is the right disk mounted?");
    await followOn(lab, 'pg2', foreign, /systemctl stop .*; mv \S+ \S+/);
    // Without its control file, it is restored all the same.
    await lab.shell('pg1', `rm ${data}/global/pg_control`);
    const restored = await lab.dbctl(...wanted);
    const unknown =
      'warning: what only pg1 may have is not known, and is not brought back: it has no control file';
    expectClear(lab, restored, 4, unknown, 'pg2 had data and has none now');
    expect(await checksum(lab, 'pg1', 'later')).toBe(rows);
    expectExit(await followDbctl(lab, restored, /reinit pg2/, '--yes'), 0);
    await expectStreaming(lab, 'pg2');
    // The restore ended at pg2: until it is finished, no other one begins.
    await succeed(lab, ...wanted);
    expect(await checksum(lab, 'pg1', 'later')).toBe(rows);
    await expectStreaming(lab, 'pg2');
  });

  test('that nothing fills: the restore is refused with both positions, and the primary runs again as it was', async () => {
    // The advice of the check.
    await succeed(lab, 'backup', 'run', '--type', 'full');
    expect(await scheduledDrill()).toMatchObject({ result: 'passed', error: '' });
    [torn = ''] = await archivedRows('four', 'five');
    await lab.shell('control', `truncate -s 100 ${await inRepository(torn)}`);
    await lab.shell('pg1', `rm ${walOf(torn)}`);
    const drill = await scheduledDrill();
    expect(drill.result).toBe('failed');
    expect(drill.error).toMatch(/the copy ends at 0\/\w+: WAL cannot be read there/);
    const [tables, replica] = [await tablesOn('pg1'), await startedAt('pg2')];

    const refused = await lab.dbctl(...inPlace);

    expectClear(
      lab,
      refused,
      4,
      /Recovery ends at 0\/\w+; pg1 was stopped at 0\/\w+\. \d+ bytes of WAL/,
      '--accept-loss',
    );
    expect(await lab.sql('pg1', 'select pg_is_in_recovery()')).toBe('f');
    expect(await tablesOn('pg1')).toBe(tables);
    expect(await startedAt('pg2')).toBe(replica);
    await expectStreaming(lab, 'pg2');
    for (const host of ['pg1', 'pg2']) expect(await unfinished(lab, host)).toBe('');
  });

  test('that is known beforehand stops no server, and puts what lies behind out of reach', async () => {
    await lab.shell('control', `rm ${await inRepository(torn)}`);
    const primary = await startedAt('pg1');
    const behind = await lab.sql('pg1', 'select pg_current_wal_lsn()');
    expect((await scheduledDrill()).error).toContain(`${torn} is missing in the repository`);
    const { stdout: status } = await succeed(lab, 'status');
    expect(status).toMatch(/^PROTECTION +not protected: WAL is missing after .*: dbctl backup check$/m);
    expect(status).toMatch(/^RESTORABLE .* UTC, and no later$/m);

    expectClear(lab, await lab.dbctl(...inPlace), 4, 'pg1 is at', '--accept-loss');
    expectClear(lab, await lab.dbctl(...restore, '--in-place', '--dry-run'), 4, 'pg1 is at');
    expectClear(lab, await lab.dbctl(...inPlace, '--type=lsn', `--target=${behind}`), 4, 'cannot be reached');
    expectClear(lab, await lab.dbctl(...inPlace, '--accept-loss', 'F/0'), 4, 'pg1 is at');

    expect(await startedAt('pg1')).toBe(primary);
    expect(await unfinished(lab, 'pg1')).toBe('');
  });

  test('and a primary whose data is lost: what is given up is named, and agreed to', async () => {
    await lab.shell('pg1', 'systemctl kill -s KILL postgresql@17-main; rm -rf /var/lib/postgresql/17/main*');

    const refused = await lab.dbctl(...inPlace);
    expectClear(lab, refused, 4, 'the repository goes on to');
    expect(await lab.shell('pg1', 'ls /var/lib/postgresql/17')).toBe('');
    await expectReplicaReads();
    const [, position] = /--accept-loss (\S+)$/m.exec(refused.stderr)!;
    await succeed(lab, ...inPlace, '--accept-loss', position!);

    expect(await tablesOn('pg1')).toBe('later newest one since three two');
    await expectStreaming(lab, 'pg2');
  });

  const expectReplicaReads = async (): Promise<void> => {
    expect(await tablesOn('pg2')).toContain('five');
  };

  test('passes over a backup that was found damaged, until it is found sound', async () => {
    await succeed(lab, 'backup', 'run', '--type', 'full');
    const sound = await newest();
    await succeed(lab, 'backup', 'run', '--type', 'full');
    const damaged = await newest();
    await succeed(lab, 'backup', 'run', '--type', 'incr');
    const file = `$(find /var/lib/pgbackrest/*/backup/*/${damaged}/bundle -type f -size +100k | head -n 1)`;
    await lab.shell(
      'control',
      `f=${file}; cp -a "$f" /root/sound; printf torn | dd of="$f" bs=1 seek=50000 conv=notrunc`,
    );

    expectClear(lab, await lab.dbctl('backup', 'verify'), 5, damaged);

    const { stdout: info } = await succeed(lab, 'backup', 'info');
    expect(info).toContain(`damaged: ${damaged}: `);
    expect(info).toMatch(new RegExp(`^${damaged}_\\d+-\\d+I .* bad$`, 'm'));
    const check = await lab.dbctl('backup', 'check');
    expect(check.exitCode).toBe(2);
    expect(check.stdout).toContain('it builds');
    const chosen = await succeed(lab, ...restore, '--to=pg2:5499');
    expect(chosen.stdout).toContain(`from the backup ${sound},`);
    expect(chosen.stderr).toContain(`${damaged} is damaged`);
    expect(await onPort(lab, 'pg2', 5499, 'select count(*) from newest')).toBe('1000');
    const named = await succeed(lab, ...restore, `--set=${damaged}`, '--to=pg2:5500', '--dry-run');
    expect(named.stderr).toContain(`warning: ${damaged} is damaged`);

    await lab.shell('control', `cp -a /root/sound "${file}"`);
    await succeed(lab, 'backup', 'verify');
    expect((await succeed(lab, 'backup', 'info')).stdout).not.toContain('damaged');
  });

  const newest = (): Promise<string> =>
    lab.shell('control', `ls -d /var/lib/pgbackrest/*/backup/*/*F | tail -n 1 | xargs basename`);

  const makingIt = /lost for good, .*: (install .*)$/;

  /** Rows that the archive has not, on a replica; then the disk of the primary's WAL is gone. */
  async function loseWalOf(table: string): Promise<string> {
    await archivedRows(`before_${table}`);
    await makeRows(lab, table);
    await expect
      .poll(() => lab.sql('pg2', `select count(*) from ${table}`, 'app').catch(String))
      .toBe('1000');
    await lab.shell(
      'pg1',
      `systemctl kill -s KILL ${unit}; umount -l /srv/wal 2>/dev/null || rm -r /srv/wal/wal`,
    );
    return checksum(lab, 'pg2', table);
  }

  test('and a replica that is ahead of all that is left: nothing is touched, and its name is said', async () => {
    await mountDisk(lab, 'pg1', '/srv/wal', 300);
    await lab.shell('pg1', 'mkdir /srv/wal/wal');
    await moveWal(lab, 'pg1', '/srv/wal/wal');
    await expectStreaming(lab, 'pg2');
    const rows = await loseWalOf('ahead');
    const before = await lab.shell('pg1', `ls -A ${data}/.. ${data}`);

    const nowhere = await lab.dbctl(...inPlace);
    expectClear(lab, nowhere, 4, 'pg_wal is a link to /srv/wal/wal, and that is not there');
    await follow(lab, 'pg1', nowhere, makingIt);
    const ahead =
      /^ *Recovery ends at 0\/\w+, on timeline \d+\.\n *only pg2 has 1 transaction, in \d+ bytes of WAL/m;
    const refused = await lab.dbctl(...inPlace);
    expectClear(lab, refused, 4, 'pg2 has transactions that this restore does not bring back', ahead);
    expectClear(lab, await lab.dbctl(...inPlace, '--dry-run'), 4, ahead);
    await lab.shell('pg2', `systemctl stop ${unit}`);
    expectClear(lab, await lab.dbctl(...inPlace), 4, ahead);
    await lab.shell('pg2', `systemctl start ${unit}`);

    expect(await checksum(lab, 'pg2', 'ahead')).toBe(rows);
    expect(await lab.shell('pg1', `ls -A ${data}/.. ${data}; ls -A /srv/wal/wal`)).toBe(before);
    const giving =
      /only if the cluster shall go on without them, repeat the command with: (--accept-loss) (\S+);/;
    const [, ...given] = giving.exec(refused.stderr)!;
    const { stdout } = await succeed(lab, ...inPlace, ...given);

    expect((await tablesOn('pg1')).split(' ')).not.toContain('ahead');
    await expectStreaming(lab, 'pg2');
    const [, kept] = /^Kept, because no other place has all of it, on pg2: (\S+)$/m.exec(stdout)!;
    expect(await rowsKept(kept!)).toBe('1000');
  });

  /** Starts a replica's old data as a server that follows nobody. */
  const rowsKept = (kept: string): Promise<string> =>
    lab.shell(
      'pg2',
      `cd / && rm -f ${kept}/standby.signal && run() { runuser -u postgres -- /usr/lib/postgresql/17/bin/"$@"; }
       run pg_ctl -s -w start -D ${kept} -l /dev/null -o '-c config_file=/etc/postgresql/17/main/postgresql.conf -c data_directory=${kept} -p 5433 -c external_pid_file= -c archive_mode=off'
       run psql -XAtq -d app -p 5433 -c 'select count(*) from ahead'; run pg_ctl -s stop -D ${kept}; rm -r ${kept}`,
    );

  test('which leads, when it is let, and nothing is lost', async () => {
    const rows = await loseWalOf('more');

    await follow(lab, 'pg1', await lab.dbctl(...inPlace), makingIt);
    const refused = await lab.dbctl(...inPlace);
    expectClear(lab, refused, 4, 'only pg2 has 1 transaction');
    await follow(lab, 'pg2', refused, /in place of a restore, on \S+: (.*)$/);
    const { stderr } = await succeed(lab, 'status');
    lab.configure(settingsIn(stderr));
    await lab.shell('pg1', 'rm -r /srv/wal/wal');
    const nowhere = await lab.dbctl('reinit', 'pg1', '--yes');
    expectClear(lab, nowhere, 4, 'is its disk mounted?');
    await follow(lab, 'pg1', nowhere, makingIt);
    await succeed(lab, 'reinit', 'pg1', '--yes');

    expect(await lab.sql('pg2', 'select pg_is_in_recovery()')).toBe('f');
    for (const host of ['pg1', 'pg2']) expect(await checksum(lab, host, 'more')).toBe(rows);
    await succeed(lab, 'up');
  });
});
