// One command from bare hosts to a cluster with backups, and from one .env.cluster to the next. PostgreSQL tells what
// happened; the plan is compared with it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectWalArrives, pgbackrestOn } from '../support/backup-story.ts';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { describeOnHosts, expectExit, patienceMs, sqlAs, succeed } from '../support/story.ts';
import { doctorOnACluster, doctorOnBareHosts } from './chapters/doctor.ts';

const nodes = ['pg1', 'pg2'];
const settingsPath = '/etc/postgresql/17/main/conf.d/dbctl.conf';

interface Planned {
  readonly host: string;
  readonly change: string;
  readonly lines: readonly string[];
  readonly disrupts: boolean;
}

/** Follows a connection URI of dbctl's on the control host, with the writer's password and the CA's certificate. */
function connectedAs(lab: Lab, uri: string): Promise<string> {
  const authority = /sslrootcert=([^&]+)/.exec(uri)![1]!;
  const there = uri.replace(authority, '/root/ca.crt');
  const input = [lab.env['POSTGRES_APP_PASSWORD'], readFileSync(join(lab.directory, authority), 'utf8')];
  return lab.shell(
    'control',
    `IFS= read -r PGPASSWORD; export PGPASSWORD; cat > /root/ca.crt
     psql -XAtqw -F ' ' -d '${there}' -c 'select user, pg_is_in_recovery()'; rm /root/ca.crt`,
    input.join('\n'),
  );
}

describeOnHosts('the whole cluster', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLabWithBackups('up', 'posix', '--hosts', 'control,pg1,pg2');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  async function planned(): Promise<readonly Planned[]> {
    const plan = await lab.dbctl('plan', '-o', 'json');
    const { changes } = JSON.parse(plan.stdout) as { changes: readonly Planned[] };
    expectExit(plan, changes.length === 0 ? 0 : 10);
    return changes;
  }

  const onEach = (statement: string): Promise<readonly string[]> =>
    Promise.all(nodes.map((node) => lab.sql(node, statement)));
  const startTimes = async (): Promise<readonly number[]> =>
    (await onEach('select extract(epoch from pg_postmaster_start_time())')).map(Number);

  describe('doctor', () => doctorOnBareHosts(() => lab));

  test('is planned on bare hosts, and the plan leaves no trace', async () => {
    const before = await traces(lab);

    const changes = await planned();

    expect(changes.map(({ host, change }) => `${host}: ${change}`)).toEqual(
      expect.arrayContaining([
        'pg1: create role app_writer',
        'pg2: clone pg1 into /var/lib/postgresql/17/main',
        'control: make the first full backup',
      ]),
    );
    expect(await traces(lab)).toEqual(before);
  });

  test('comes up in one go: primary, replica, roles and backups', async () => {
    const { stdout } = await succeed(lab, 'up');

    expect(await connectedAs(lab, /^ {2}(postgresql:.*)$/m.exec(stdout)![1]!)).toBe('app_writer f');
    await sqlAs(
      lab,
      'admin',
      { from: 'pg1', to: 'pg1' },
      'create table kept (n int); insert into kept values (7)',
    );
    await expect
      .poll(() => sqlAs(lab, 'reader', { from: 'pg2', to: 'pg2' }, 'select n from kept').catch(String))
      .toBe('7');
    expect(await lab.sql('pg1', `select state from pg_stat_replication`)).toBe('streaming');
    await expectWalArrives(lab);
    expect(await pgbackrestOn(lab, 'control', 'info')).toContain('full backup');
  });

  test('and then there is nothing left to do', async () => {
    const started = await startTimes();

    expect(await planned()).toEqual([]);
    const { stdout } = await succeed(lab, 'up');

    expect(stdout).toBe('0 changes\n');
    expect(await startTimes()).toEqual(started);
    expect((await succeed(lab, 'status', '--check')).stdout).toMatch(/\nOK: \d checks passed\n$/);
  });

  test('gets a setting with a reload, as the plan says line by line', async () => {
    const started = await startTimes();
    lab.configure({ POSTGRES_CONF_work_mem: '9MB' });

    const changes = await planned();
    await succeed(lab, 'up');

    for (const node of nodes) {
      const own = changes.filter(({ host }) => host === node);
      expect(own.map(({ change }) => change)).toEqual([`update ${settingsPath}`, 'reload PostgreSQL']);
      expect(own[0]!.lines).toEqual([`+ work_mem = '9MB'`]);
    }
    expect(changes.some(({ disrupts }) => disrupts)).toBe(false);
    expect(await onEach('show work_mem')).toEqual(['9MB', '9MB']);
    expect(await startTimes()).toEqual(started);
  });

  test('gets a new password, which the plan names and does not show', async () => {
    lab.configure({ POSTGRES_READONLY_PASSWORD: 'another-password-of-the-reader' });

    const changes = await planned();
    expectExit(await lab.dbctl('up'), 8);
    expect(await planned()).toEqual(changes);
    await succeed(lab, 'up', '--yes');

    expect(changes.map(({ change }) => change)).toEqual(['change the password of role app_reader']);
    expect(await sqlAs(lab, 'reader', { from: 'pg1', to: 'pg1' }, 'select n from kept')).toBe('7');
  });

  test('restarts for a setting only when that is asked for', async () => {
    const started = await startTimes();
    lab.configure({ POSTGRES_CONF_max_connections: '150' });

    const disrupted = (await planned()).filter(({ disrupts }) => disrupts);
    const refused = await lab.dbctl('up');

    expect(disrupted.map(({ host }) => host)).toEqual(['pg2', 'pg1']);
    expectExit(refused, 4);
    expect(refused.stderr).toContain('--restart');
    expect(await startTimes()).toEqual(started);
  });

  test.for([
    { how: 'raised', max_connections: '150', first: 1, last: 0 },
    { how: 'lowered', max_connections: '90', first: 0, last: 1 },
  ])(
    'a $how max_connections never leaves the replica with less',
    async ({ max_connections, first, last }) => {
      lab.configure({ POSTGRES_CONF_max_connections: max_connections });

      await succeed(lab, 'up', '--restart');

      const started = await startTimes();
      expect(started[first]).toBeLessThan(started[last]!);
      expect(await onEach('show max_connections')).toEqual([max_connections, max_connections]);
      expect(await lab.sql('pg1', `select state from pg_stat_replication`)).toBe('streaming');
      expect(await lab.sql('pg2', `select pg_get_wal_replay_pause_state()`)).toBe('not paused');
    },
  );

  test('what no order of restarts could do is refused before a file is written', async () => {
    const before = await lab.shell('pg2', `stat -c %y ${settingsPath}`);
    lab.configure({ POSTGRES_CONF_max_connections: '120', POSTGRES_CONF_max_wal_senders: '8' });

    const refused = await lab.dbctl('up', '--restart');

    expectExit(refused, 4);
    expect(refused.stderr).toContain('max_connections is raised and max_wal_senders is lowered at once');
    expect(await lab.shell('pg2', `stat -c %y ${settingsPath}`)).toBe(before);
    lab.configure({ POSTGRES_CONF_max_connections: '90', POSTGRES_CONF_max_wal_senders: '40' });
    await succeed(lab, 'up');
  });

  test('a file that was edited by hand is named, and a plan from before that is stale', async () => {
    lab.configure({ POSTGRES_CONF_work_mem: '10MB' });
    const file = join(lab.directory, 'plan.json');
    writeFileSync(file, (await lab.dbctl('plan', '-o', 'json')).stdout);
    await lab.shell('pg2', `echo 'work_mem = 1GB' >> ${settingsPath}`);

    const stale = await lab.dbctl('up', '--plan', file);

    expectExit(stale, 4);
    expect(stale.stderr).toContain(`pg2: update ${settingsPath}, which was edited by hand`);
    expect(await onEach('show work_mem')).toEqual(['9MB', '9MB']);

    const fresh = await lab.dbctl('plan', '-o', 'json');
    writeFileSync(file, fresh.stdout);
    expect(readFileSync(file, 'utf8')).toContain('- work_mem = 1GB');
    await succeed(lab, 'up', '--plan', file);
    expect(await onEach('show work_mem')).toEqual(['10MB', '10MB']);
  });

  describe('doctor on a cluster', () => doctorOnACluster(() => lab));
});

/** Everything that a plan could have written on the hosts. */
const traces = (lab: Lab): Promise<readonly string[]> =>
  Promise.all(
    ['control', ...nodes].map((host) =>
      lab.shell(
        host,
        `find /etc /var/lib/dbctl /var/lib/postgresql /run/dbctl /root -type f -printf '%p %T@\\n' 2>/dev/null | sort`,
      ),
    ),
  );
