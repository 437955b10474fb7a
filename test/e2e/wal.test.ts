// A replica stops, archiving fails, WAL piles up: dbctl says who holds it, and gathers what support needs.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { walJson } from '../../src/wal/wal-json.ts';
import { disguises, hits } from '../support/disguises.ts';
import { mountDisk, moveWal } from '../support/disks.ts';
import { startLab, type Lab } from '../support/e2e.ts';
import { cable } from '../support/faults.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

type Explained = ReturnType<typeof walJson>;

/** What to paste. */
const commandsIn = ({ next }: Explained['advice'][number]): readonly string[] =>
  next.flatMap((one) => /: (dbctl .*)$/.exec(one)?.[1] ?? []);

describeOnHosts('WAL that piles up', () => {
  let lab: Lab;
  let secrets: readonly string[];
  let seen: Explained;

  /** Writes so many megabytes of WAL, and makes the server remove what nobody needs. */
  const write = (megabytes: number) =>
    lab.sql(
      'pg1',
      `create table if not exists filler (text text);
       insert into filler select repeat(md5(i::text), 32) from generate_series(1, ${megabytes * 950}) i;
       select pg_switch_wal();
       checkpoint;`,
    );

  const explain = async () => {
    const { stdout } = await succeed(lab, 'explain', 'wal', '-o', 'json');
    return JSON.parse(stdout) as Explained;
  };

  beforeAll(async () => {
    lab = await startLab('wal', '--hosts', 'pg1,pg2');
    // Those of backups are secrets also while there are none.
    lab.configure({
      MINIO_ACCESS_KEY: `k${randomBytes(8).toString('hex')}`,
      MINIO_SECRET_KEY: randomBytes(16).toString('hex'),
      PGBACKREST_CIPHER_PASS: `'${randomBytes(9).toString('hex')} "$\\ ${randomBytes(9).toString('hex')}'`,
    });
    secrets = Object.entries(lab.env)
      .filter(([name]) => /PASS|ACCESS_KEY|SECRET_KEY/.test(name))
      .map(([, value]) => value);
    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica', 'pg2');
    await lab.shell('pg2', 'systemctl stop postgresql@17-main');
    await lab.sql('pg1', `alter system set archive_command = '/bin/false'`);
    // One more that may hold WAL, since PostgreSQL 17.
    await lab.sql('pg1', 'alter system set summarize_wal = on');
    await lab.sql('pg1', 'select pg_reload_conf()');
    await write(100);
    seen = await explain();
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('the slot of the replica that stopped is named, with as much WAL as PostgreSQL says it holds', async () => {
    const { summary, biggest, nodes, advice } = seen;
    const held = await lab.sql(
      'pg1',
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) from pg_replication_slots where slot_name = 'dbctl_pg2'`,
    );

    expect(nodes[0]!.server!.unsummarizedBytes).toBeTypeOf('number');
    const slot = nodes[0]!.holders.find(({ name }) => name === 'slot dbctl_pg2')!;
    expect(slot.bytes).toBeGreaterThan(100 * 1024 ** 2);
    // A running server writes a record now and then.
    expect(Math.abs(slot.bytes - Number(held))).toBeLessThan(1024 ** 2);
    expect(slot.isGrowing).toBe(true);
    expect(biggest!.node).toBe('pg1');
    expect(`${summary} ${biggest!.holder}`).toMatch(/slot dbctl_pg2|archiver/);
    const commands = advice.flatMap(({ next }) =>
      next.flatMap((one) => /: (dbctl .*)$/.exec(one)?.[1] ?? []),
    );
    expect(commands.slice(0, 4)).toEqual([
      'dbctl logs pg2',
      'dbctl add-replica pg2',
      'dbctl reinit pg2',
      'dbctl remove-replica pg2',
    ]);
  });

  test('an archiver that fails is named, with the files that wait', async () => {
    const archiver = seen.nodes[0]!.holders.find(({ kind }) => kind === 'archiver')!;
    const waiting = await lab.shell(
      'pg1',
      'ls /var/lib/postgresql/17/main/pg_wal/archive_status | grep -c ready',
    );

    expect(archiver.isGrowing).toBe(true);
    expect(archiver.bytes).toBe(Number(waiting) * 16 * 1024 ** 2);
    expect(archiver.note).toMatch(/^\d+ files wait, \d+ failures$/);
  });

  test('the picture fits on 80 columns and says how fast WAL is written', async () => {
    const writing = lab
      .sql(
        'pg1',
        `do $do$ begin
           for i in 1..1200 loop
             insert into filler select repeat(md5(i::text), 32) from generate_series(1, 100);
             perform pg_sleep(0.05);
           end loop;
         end $do$`,
      )
      .catch(() => {});
    const { stdout } = await succeed(lab, 'explain', 'wal');
    await lab.sql('pg1', `select pg_cancel_backend(pid) from pg_stat_activity where query like 'do $do$%'`);
    await writing;

    expect(stdout).toMatch(/▲ slot dbctl_pg2 +█/);
    expect(stdout).toMatch(/WAL is written at [\d.]+ [kM]B\/s now/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('a report has what support needs, no secret in any spelling, and leaves nothing on the hosts', async () => {
    await lab.shell(
      'pg1',
      'cat > /etc/dbctl/$(ls /etc/dbctl | grep -v pki | head -n 1)/notes',
      disguises(secrets).join('\n'),
    );
    // What an application makes PostgreSQL log.
    const logged = secrets.map((secret) => `select 1 / 0 as "${secret.replaceAll('"', '""')}"`).join(';\n');
    await lab.shell('pg1', 'cd / && runuser -u postgres -- psql -XAtq 2>/dev/null || :', logged);
    await cable(lab, 'pg2', 'down');
    await lab.shell('pg1', 'touch /run/before');

    const [{ stdout }, { advice }] = await Promise.all([
      succeed(lab, 'report', '--output-file', 'report.tar.gz'),
      explain(),
    ]);
    await cable(lab, 'pg2', 'up');

    // A replica that cannot be reached stops no answer.
    const commands = commandsIn(advice[0]!);
    expect(commands).toEqual(['dbctl status', 'dbctl remove-replica pg2']);

    expect(stdout).toContain('report.tar.gz');
    const file = join(lab.directory, 'report.tar.gz');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    execFileSync('tar', ['-xzf', file, '-C', lab.directory]);
    const top = readdirSync(lab.directory).find((name) => name.startsWith('dbctl-report-'))!;
    const all = readdirSync(join(lab.directory, top), { recursive: true, encoding: 'utf8' });
    const read = (path: string) => readFileSync(join(lab.directory, top, path), 'utf8');
    const texts = all
      .filter((path) => statSync(join(lab.directory, top, path)).isFile())
      .map((path) => `${path}\n${read(path)}`);
    expect(secrets).toHaveLength(7);
    expect(hits(texts, disguises(secrets))).toEqual([]);

    const pg1 = all.find((path) => path.endsWith('pg1-log.txt'))!.replace(/pg1-log\.txt$/, '');
    expect(read(`${pg1}pg1-log.txt`)).toMatch(/(select 1 \/ 0 as "\[secret\]"[^]*){7}/);
    expect(read(`${pg1}pg1-server.txt`)).toContain('archive_command = /bin/false');
    expect(read(`${pg1}pg1-server.txt`)).toContain('dbctl_pg2');
    expect(read(`${pg1}versions.txt`)).toContain('postgresql-17 17.');
    expect(read(`${pg1}files/etc/postgresql/17/main/conf.d/dbctl.conf`)).toContain('wal_level');
    expect(read(`${pg1}files.txt`)).toMatch(/server\.key {2}\(left on the host\)/);
    expect(read('hosts/pg2/error.txt')).toContain('cannot be reached over SSH');
    expect(read('config.txt')).toContain('POSTGRES_APP_USER');
    const left = await lab.shell(
      'pg1',
      'find /tmp /var/tmp /root /home /etc /usr/local /opt /srv /var/lib/dbctl* -xdev -newer /run/before -type f',
    );
    expect(left).toBe('');
  });

  test('a primary that cannot be reached is exit code 3, and the replica is shown all the same', async () => {
    await cable(lab, 'pg1', 'down');
    const blind = await lab.dbctl('explain', 'wal');
    await cable(lab, 'pg1', 'up');

    expectExit(blind, 3);
    expect(blind.stdout).toContain('pg2  replica  PostgreSQL does not run');
  });

  test('a slot that is left over, and WAL that nobody needs, go with the lines of the advice', async () => {
    const files = (): Promise<string> => lab.shell('pg1', 'find /srv/wal -maxdepth 1 -name "0*" | wc -l');
    const typed = async (words: string, command: string): Promise<void> => {
      expect((await explain()).advice.flatMap(({ next }) => next)).toContain(`${words}: ${command}`);
      await lab.shell('pg1', `cd / && ${command}`);
    };
    await lab.sql('pg1', `select pg_drop_replication_slot('dbctl_pg2')`);
    await lab.sql('pg1', `select pg_create_physical_replication_slot('dbctl_gone', true)`);
    await lab.sql('pg1', `alter system set archive_command = '/bin/true'`);
    await lab.sql('pg1', `alter system set max_wal_size = '64MB'`);
    await lab.sql('pg1', `alter system set min_wal_size = '32MB'`);
    await lab.sql('pg1', 'alter system set wal_keep_size = 0');
    await lab.sql('pg1', 'alter system set summarize_wal = off');
    await lab.sql('pg1', 'select pg_reload_conf()');
    await lab.sql('pg1', 'checkpoint');
    // Much of what is nobody's is only told of where it takes a part of the disk.
    await mountDisk(lab, 'pg1', '/srv/wal', 500);
    await moveWal(lab, 'pg1', '/srv/wal');
    await write(80);

    await typed(
      'drop it, on pg1',
      `runuser -u postgres -- psql -p 5432 -c "select pg_drop_replication_slot('dbctl_gone')"`,
    );
    expect(await lab.sql('pg1', `select slot_name from pg_replication_slots`)).toBe('');
    const before = Number(await files());
    await typed('remove it now, on pg1', 'runuser -u postgres -- psql -p 5432 -c checkpoint');
    expect(Number(await files())).toBeLessThan(before);
  });
});
