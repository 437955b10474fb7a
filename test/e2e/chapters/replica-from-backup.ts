// Replicas made from backups, and broken ones made anew: the same state as a clone of the primary, asked past dbctl.

import { beforeAll, expect, test } from 'vitest';
import { pgbackrestOn } from '../../support/backup-story.ts';
import type { Lab } from '../../support/e2e.ts';
import {
  advised,
  expectClear,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  finishes,
  settled,
  slotsOn,
} from '../../support/faults.ts';
import { addressOf, succeed } from '../../support/story.ts';

const unit = 'postgresql@17-main';
const data = '/var/lib/postgresql/17/main';
const sum = `select count(*) || ' ' || sum(hashtext(t::text)) from rows_made t`;
const keepLittleWal = Object.entries({
  max_slot_wal_keep_size: '16MB',
  wal_keep_size: '0',
  max_wal_size: '64MB',
  min_wal_size: '32MB',
}).map(([name, value]) => `alter system set ${name} = '${value}';`);
const writeWal = `
  select count(pg_logical_emit_message(true, 'story', repeat('x', 1000000))) from generate_series(1, 40);
  select pg_switch_wal();
  checkpoint;`;

export function replicasFromBackups(theLab: () => Lab): void {
  let lab: Lab;
  let addresses: Readonly<Record<string, string>>;

  async function expectSameRows(host: string): Promise<void> {
    const wanted = await lab.sql('pg1', sum, 'app');
    const poll = { timeout: 30_000, interval: 250 };
    await expect.poll(() => lab.sql(host, sum, 'app').catch(String), poll).toBe(wanted);
  }

  async function expectWhole(host: string): Promise<void> {
    await expectStreaming(lab, host);
    await expectSameRows(host);
    await expectReplicates(lab, host);
    await expectNothingUnfinished(lab, host);
    const slots = (await slotsOn(lab)).split('\n');
    expect(slots).toContain(`dbctl_${host} active reserved`);
  }

  /** Takes away the file of the largest table, as a broken disk does. */
  const loseFile = (host: string): Promise<string> =>
    lab.shell(host, `rm "$(find ${data}/base -name '[0-9]*' -size +100k | head -n 1)"`);

  beforeAll(async () => {
    lab = theLab();
    addresses = { pg2: addressOf(lab, 'pg2'), pg3: addressOf(lab, 'pg3') };
    lab.configure({ CLUSTER_DB_REPLICA_HOSTS: undefined });
    await succeed(lab, 'init-primary');
  });

  test('without backups, --from backup is refused before anything is touched', async () => {
    const refused = await lab.dbctl('add-replica', `pg2=${addresses['pg2']}`, '--from', 'backup');

    expectClear(lab, refused, 4, 'dbctl backup setup');
    expect(lab.env['CLUSTER_DB_REPLICA_HOSTS']).toBeUndefined();
    const way = advised(refused, /or clone from the primary: (--from) (primary)/);
    const planned = await succeed(lab, 'add-replica', `pg2=${addresses['pg2']}`, ...way, '--dry-run');
    expect(planned.stdout).toContain('pg2: clone pg1 into ');
  });

  test('a replica is made from the backup and the WAL since then, and sends WAL itself from then on', async () => {
    await lab.sql(
      'pg1',
      `create table rows_made as select n, md5(n::text) from generate_series(1, 20000) n`,
      'app',
    );
    await succeed(lab, 'backup', 'setup');
    await lab.sql(
      'pg1',
      `insert into rows_made select n, md5(n::text) from generate_series(20001, 30000) n`,
      'app',
    );

    const { stderr } = await succeed(lab, 'add-replica', `pg2=${addresses['pg2']}`, '--from', 'backup');

    expect(stderr).toMatch(/restore \S+ from backup \d{8}-\d{6}F/);
    await expectWhole('pg2');
    const auto = await lab.shell('pg2', `grep -o '^[a-z_]*' ${data}/postgresql.auto.conf | sort`);
    expect(auto).toBe('primary_conninfo\nprimary_slot_name');
    expect(await lab.sql('pg2', `show restore_command`)).toContain('archive-get %f "%p"');
    expect(await lab.sql('pg2', `show archive_command`)).toContain('archive-push "%p"');
    await settled(lab, 'add-replica', 'pg2');
  });

  test('a backup is then taken from it', async () => {
    const said = await pgbackrestOn(lab, 'control', '--log-level-console=info --type=full backup');

    expect(said).toMatch(/copied .*from .*|replay on the standby|wait for replay/);
    await pgbackrestOn(lab, 'pg2', 'check');
  });

  test('where little is to be copied, the primary is chosen, and the reason is told', async () => {
    const { stderr } = await succeed(lab, 'add-replica', `pg3=${addresses['pg3']}`);

    expect(stderr).toMatch(/clone pg1 into \S+: \d+ MB are copied quickly/);
    await expectWhole('pg3');
    await settled(lab, 'add-replica', 'pg3');
  });

  test('a primary is never made anew, and nothing is without consent', async () => {
    expectClear(lab, await lab.dbctl('reinit', 'pg1', '--yes'), 4, 'pg1 is the primary');
    expectClear(lab, await lab.dbctl('reinit', 'pg3'), 8, 'not confirmed', '--yes');
    await expectStreaming(lab, 'pg3');
  });

  test.for([{ flags: [] }, { flags: ['--delta'] }])(
    'a replica that lost a file and does not run is made anew: reinit $flags',
    async ({ flags }) => {
      await lab.shell('pg3', `systemctl stop ${unit}`);
      await loseFile('pg3');
      await lab.shell('pg3', `rm ${data}/global/pg_control`);

      // How far its data went cannot be known without the control file.
      await succeed(lab, 'reinit', 'pg3', '--yes', '--accept-loss', '0/0', ...flags);

      await expectWhole('pg3');
      await settled(lab, 'add-replica', 'pg3');
    },
  );

  test.for([
    { flags: ['--from', 'primary'], mark: `${data}.dbctl-before-reinit` },
    { flags: ['--delta'], mark: `${data}.dbctl-restoring` },
  ])('dbctl is killed in the middle of reinit $flags, and the next run finishes', async ({ flags, mark }) => {
    await loseFile('pg3');
    const run = lab.start('reinit', 'pg3', '--yes', ...flags);
    const isBegun = () => lab.shell('pg3', `[ -e ${mark} ] && echo yes || :`);
    await expect.poll(isBegun, { timeout: 30_000, interval: 50 }).toBe('yes');
    run.process.kill('SIGKILL');
    await run.end;

    await succeed(lab, 'reinit', 'pg3', '--yes', ...flags);

    await expectWhole('pg3');
    await settled(lab, 'add-replica', 'pg3');
  });

  test('a replica whose slot was lost catches up from the archive by itself', async () => {
    await lab.sql('pg1', [...keepLittleWal, 'select pg_reload_conf()'].join('\n'));
    await lab.shell('pg2', `systemctl stop ${unit}`);
    const isLost = async () => {
      await lab.sql('pg1', writeWal);
      return slotsOn(lab);
    };
    await expect.poll(isLost, { timeout: 60_000, interval: 100 }).toContain('dbctl_pg2 idle lost');
    await lab.sql('pg1', `insert into rows_made values (-1, 'while away')`, 'app');
    await lab.sql('pg1', writeWal);
    await lab.shell('pg2', `systemctl start ${unit}`);

    await expectSameRows('pg2');
  });

  test('its slot keeps WAL again after the next run', async () => {
    await lab.sql('pg1', 'alter system reset all;\nselect pg_reload_conf()');
    await finishes(lab, 'add-replica');

    await expectWhole('pg2');
    const why = `select count(*) from pg_replication_slots where invalidation_reason is not null`;
    expect(await lab.sql('pg1', why)).toBe('0');
  });
}
