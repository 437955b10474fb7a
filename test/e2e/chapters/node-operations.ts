// What is done to nodes that are there: reload, restart, roles, and taking one out; asked of PostgreSQL itself.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pgbackrestOn } from '../../support/backup-story.ts';
import type { Lab } from '../../support/e2e.ts';
import {
  cutPower,
  expectClear,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  finishes,
  settled,
  slotsOn,
} from '../../support/faults.ts';
import { dbctlKilledAt } from '../../support/kill-dbctl.ts';
import { addressOf, expectExit, sqlAs, succeed } from '../../support/story.ts';

const nodes = ['pg1', 'pg2', 'pg3'] as const;
const extra = '/etc/postgresql/17/main/conf.d/zz_story.conf';
const unit = 'postgresql@17-main';

/** A shell line that writes settings of the user's own. */
const write = (line: string): string => `echo '${line}' >${extra}; chown postgres: ${extra}`;

export function nodeOperations(theLab: () => Lab): void {
  let lab: Lab;
  let file: string;

  const onAll = (line: string): Promise<readonly string[]> =>
    Promise.all(nodes.map((node) => lab.shell(node, line)));
  const askAll = (sql: string): Promise<readonly string[]> =>
    Promise.all(nodes.map((node) => lab.sql(node, sql)));

  /** The nodes in the order in which their servers were started. */
  async function startOrder(): Promise<readonly string[]> {
    const started = await askAll('select extract(epoch from pg_postmaster_start_time())');
    return nodes
      .map((node, index) => ({ node, at: Number(started[index]) }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ node }) => node);
  }

  /** Nothing on the other hosts knows the node any more, and backups go on without it. */
  async function expectForgotten(node: string, address: string): Promise<void> {
    expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
    for (const other of ['pg1', 'pg2']) {
      const rules = `select count(*) from pg_hba_file_rules where address = '${address}'`;
      expect(await lab.sql(other, rules)).toBe('0');
    }
    expect(readFileSync(file, 'utf8')).not.toContain(address);
    expect(await lab.shell('control', `grep -rl '${address}\\|-${node}=' /etc/dbctl || :`)).toBe('');
    await pgbackrestOn(lab, 'control', 'check');
    expect(await pgbackrestOn(lab, 'control', 'info')).toContain('status: ok');
    await expectReplicates(lab, 'pg2');
  }

  beforeAll(() => {
    lab = theLab();
    file = join(lab.directory, '.env.cluster');
  });

  test('reload: every node reads its files, but none when one would refuse them', async () => {
    const loads = 'select pg_conf_load_time()';
    const before = await askAll(loads);
    await lab.shell('pg2', write('work_mem = much'));

    expectClear(lab, await lab.dbctl('reload'), 4, 'pg2 would reject', 'work_mem');
    expect(await askAll(loads)).toEqual(before);
    await onAll(write('work_mem = 5MB'));
    await succeed(lab, 'reload');

    for (const [index, now] of (await askAll(loads)).entries()) expect(now).not.toBe(before[index]);
    expect(await askAll('show work_mem')).toEqual(['5MB', '5MB', '5MB']);
  });

  test('a raised limit begins at the replicas, one of them down, and a lowered one at the primary', async () => {
    await onAll(write('max_connections = 150'));
    await lab.shell('pg3', `systemctl stop ${unit}`);

    expectClear(lab, await lab.dbctl('reload'), 4, 'does not run on pg3');
    expectClear(lab, await lab.dbctl('restart', 'pg1', '--yes'), 4, 'dbctl restart pg2');
    expectClear(lab, await lab.dbctl('restart'), 8, `the primary of ${lab.name}`);
    const { stdout } = await succeed(lab, 'restart', '--yes');

    expect(stdout).toMatch(/^pg1 did not answer for \d+\.\d s$/m);
    expect(await startOrder()).toEqual(['pg2', 'pg3', 'pg1']);
    expect(await askAll('show max_connections')).toEqual(['150', '150', '150']);

    await onAll(`rm ${extra}`);
    await succeed(lab, 'restart', '--pending', '--yes');

    expect(await startOrder()).toEqual(['pg1', 'pg2', 'pg3']);
    expect(await askAll('show max_connections')).toEqual(['100', '100', '100']);
    await settled(lab, 'restart', '--pending');
    for (const replica of ['pg2', 'pg3']) await expectReplicates(lab, replica);
  });

  test('stop ends the primary first and start begins with it: every node has every row meanwhile', async () => {
    const ended =
      "pg_controldata -D /var/lib/postgresql/17/main | sed -n 's/^Latest checkpoint location: *//p'";
    const last = () => onAll(`/usr/lib/postgresql/17/bin/${ended}`);
    const timelines = 'select timeline_id from pg_control_checkpoint()';
    const before = await askAll(timelines);
    await lab.shell('pg2', `systemctl stop ${unit}`);

    expectClear(lab, await lab.dbctl('stop'), 8, `the primary of ${lab.name}`);
    expect(await lab.sql('pg1', 'select 1')).toBe('1');
    await succeed(lab, 'stop', 'pg3');
    expect(await lab.shell('pg3', `systemctl is-active ${unit} || :`)).toBe('inactive');
    expect((await succeed(lab, 'start')).stdout).toContain('2 changes');
    for (const replica of ['pg2', 'pg3']) await expectReplicates(lab, replica);
    await succeed(lab, 'stop', '--yes');

    for (const node of nodes) expect(await lab.shell(node, 'pgrep -x postgres || :')).toBe('');
    const [primary, ...replicas] = await last();
    expect(replicas).toEqual([primary, primary]);
    expect((await succeed(lab, 'stop', '--yes')).stdout).toContain('0 changes');

    await succeed(lab, 'start');

    expect((await startOrder())[0]).toBe('pg1');
    expect(await askAll(timelines)).toEqual(before);
    for (const replica of ['pg2', 'pg3']) await expectReplicates(lab, replica);
    await settled(lab, 'start');
  });

  test('roles: what is missing is made, and a password that differs is named and left', async () => {
    const place = { from: 'pg1', to: 'pg1' };
    await lab.sql('pg1', `alter role app_writer password 'Set-by-hand-and-in-use'`);
    await lab.sql('pg1', 'drop owned by app_reader; drop role app_reader', 'app');

    const { stdout } = await finishes(lab, 'roles', 'apply');

    expect(stdout).toContain(
      'Not changed, although it differs from .env.cluster: the password of app_writer',
    );
    expect(await sqlAs(lab, 'reader', place, 'select 1')).toBe('1');
    expect(await sqlAs(lab, 'writer', place, 'select 1', 'Set-by-hand-and-in-use')).toBe('1');
    await finishes(lab, 'roles', 'apply', '--passwords');
    expect(await sqlAs(lab, 'writer', place, 'select 1')).toBe('1');
  });

  test('what must not be removed is not', async () => {
    const before = readFileSync(file, 'utf8');

    expectClear(lab, await lab.dbctl('remove-replica', 'pg1'), 4, 'pg1 is the primary');
    expectClear(lab, await lab.dbctl('remove-replica', 'pg9'), 4, 'name one of pg2, pg3');
    expectClear(lab, await lab.dbctl('remove-replica', 'pg3', '--wipe'), 8, 'not confirmed');
    await succeed(lab, 'remove-replica', 'pg3', '--dry-run');

    expect(readFileSync(file, 'utf8')).toBe(before);
    await expectStreaming(lab, 'pg3');
  });

  test('a replica is removed, however often that is cut off; its data is kept', async () => {
    const address = addressOf(lab, 'pg3');
    writeFileSync(file, `# kept by hand\n${readFileSync(file, 'utf8')}`, { mode: 0o600 });
    const command = ['remove-replica', 'pg3', '--lock-wait', '30s'];
    let finished = await dbctlKilledAt(lab, 45, 'after', ...command);
    for (let n = 65; finished.exitCode === null; n += 20) {
      finished = await dbctlKilledAt(lab, n, 'after', ...command);
    }
    expectExit(finished, 0);

    await expectForgotten('pg3', address);
    expect(readFileSync(file, 'utf8')).toMatch(/^# kept by hand\n/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const enabled = await lab.shell(
      'pg3',
      `systemctl is-enabled ${unit} || :; systemctl is-active ${unit} || :`,
    );
    expect(enabled).toBe('disabled\ninactive');
    expect(await lab.shell('pg3', 'systemctl list-units --all --no-legend "dbctl-*"; ls -A /etc/dbctl')).toBe(
      '',
    );
    const [, kept] = /kept on its host \([^)]*\): (\S+)/.exec(finished.stdout) ?? [];
    expect(await lab.shell('pg3', `cat ${kept}/data/PG_VERSION; ls ${kept}/data/standby.signal`)).toContain(
      '17\n',
    );
    await expectNothingUnfinished(lab, 'pg3');
    await lab.sql('pg1', `select pg_create_physical_replication_slot('dbctl_pg3')`);
    expectClear(lab, await lab.dbctl('remove-replica', 'pg3'), 4, `pg_drop_replication_slot('dbctl_pg3')`);
    await lab.sql('pg1', `select pg_drop_replication_slot('dbctl_pg3')`);
  });

  test('the same host is listed as a replica again, loses its power, and is removed while nobody reaches it', async () => {
    const address = lab.hosts().find(({ name }) => name === 'pg3')!.address;
    const text = readFileSync(file, 'utf8').replace(
      /^CLUSTER_DB_REPLICA_HOSTS=.*$/m,
      '# two racks: keep them apart\n$&  # the second rack\n# the end',
    );
    writeFileSync(file, text, { mode: 0o600 });
    const started = await lab.sql('pg1', 'select pg_postmaster_start_time()');

    await finishes(lab, 'add-replica', `pg3=${address}`);

    const listed = text.replace(/^(CLUSTER_DB_REPLICA_HOSTS=\S+)/m, `$1,pg3=${address}:5432`);
    expect(readFileSync(file, 'utf8')).toBe(listed);
    expect(await lab.sql('pg1', 'select pg_postmaster_start_time()')).toBe(started);
    await expectStreaming(lab, 'pg3');
    await expectReplicates(lab, 'pg3');
    await lab.shell('pg3', `systemctl stop ${unit} && systemctl stop ssh.socket ssh.service`);
    // Something there refuses: a host that is on may be reached again.
    expectClear(lab, await lab.dbctl('remove-replica', 'pg3'), 3, 'remove-replica pg3 --dead');
    await cutPower(lab, 'pg3');

    const { stdout } = await succeed(lab, 'remove-replica', 'pg3');

    await expectForgotten('pg3', address);
    expect(stdout).toContain('was not reached, so what is on it is still there');
    expect(stdout).toContain('pg_dropcluster --stop 17 main');
  });
}
