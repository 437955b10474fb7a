// What wins over the file, and commits that wait for nobody: seen, named, and ended by the lines that are shown.

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Finished, Lab } from '../support/e2e.ts';
import { expectStreaming } from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, roleOf, succeed } from '../support/story.ts';

describeOnHosts('a server that has other settings than its file', () => {
  let lab: Lab;

  const show = (node: string, name: string): Promise<string> => lab.sql(node, `show ${name}`);

  /** Does what the lines say: "→ on pg1: …". */
  async function follow({ stderr }: Finished): Promise<number> {
    const lines = [...stderr.matchAll(/^→ on (\w+): (runuser .*)$/gm)];
    for (const [, node = '', line = ''] of lines) await lab.shell(node, `cd / && ${line}`);
    return lines.length;
  }

  beforeAll(async () => {
    lab = await startCluster('over', 'backups');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('is not called done, and the lines that are shown lead out', async () => {
    lab.configure({ POSTGRES_CONF_work_mem: '16MB' });
    await lab.sql('pg1', "alter system set work_mem = '64MB'");
    await lab.sql('pg1', "alter system set effective_cache_size = '1GB'");
    await lab.sql('pg1', `alter role ${roleOf(lab, 'writer').name} set work_mem = '1MB'`);
    const slow = '/etc/postgresql/17/main/conf.d/slow.conf';
    await lab.shell('pg2', `echo "log_statement = 'all'" > ${slow} && chown postgres: ${slow}`);

    const planned = await lab.dbctl('plan');
    const finished = await lab.dbctl('up');

    expectExit(planned, 6);
    expect(planned.stdout).toContain('pg1: work_mem is 64MB, not 16MB: ALTER SYSTEM');
    expect(planned.stdout).toContain(`pg2: log_statement is all, not ddl: ${slow}:1`);
    expect(planned.stdout).toContain(`work_mem is 1MB for role ${roleOf(lab, 'writer').name}, not 16MB`);
    expect(planned.stdout).not.toContain('effective_cache_size');
    expectExit(finished, 6);
    expect(await show('pg1', 'work_mem')).toBe('64MB');
    expect((await lab.dbctl('status')).stdout).toContain('pg1: work_mem is 64MB, not 16MB');

    for (const [command, said] of [
      [['init-primary'], 'pg1: work_mem is 64MB, not 16MB: ALTER SYSTEM'],
      [['backup', 'setup'], 'pg1: work_mem is 64MB, not 16MB: ALTER SYSTEM'],
      [['add-replica', 'pg2'], `pg2: log_statement is all, not ddl: ${slow}:1`],
    ] as const) {
      const other = await lab.dbctl(...command);
      expectExit(other, 6);
      expect(other.stderr).toContain(said);
    }

    expect(await follow(finished)).toBe(1);
    await lab.shell('pg2', `rm ${slow}`);
    await succeed(lab, 'reload');
    await succeed(lab, 'up');
    expect(await show('pg1', 'work_mem')).toBe('16MB');
  });

  test('of which one kept WAL from the backups: the check names the line that ends it', async () => {
    await lab.sql('pg1', "alter system set archive_command = '/bin/true'");
    await lab.sql('pg1', 'select pg_reload_conf()');

    const checked = await lab.dbctl('backup', 'check', '-o', 'json');

    expectExit(checked, 2);
    const line = /on pg1: (runuser .* 'alter system reset archive_command'[^"]*)"/.exec(checked.stdout)?.[1];
    expect(line, checked.stdout).toBeDefined();
    await lab.shell('pg1', `cd / && ${line}`);
    expect(await show('pg1', 'archive_command')).toContain('pgbackrest');
  });

  test('waits for no replica that is not there, and says that others do', async () => {
    lab.configure({ POSTGRES_CONF_synchronous_standby_names: "'FIRST 1 (pg2)'" });
    await succeed(lab, 'up');
    expect((await succeed(lab, 'probe')).stdout).toContain('writable');
    await lab.shell('pg2', 'systemctl stop postgresql@17-main');

    const began = Date.now();
    const probed = await lab.dbctl('probe');
    const status = await lab.dbctl('status');
    lab.configure({ POSTGRES_READONLY_PASSWORD: 'another-of-32-characters-at-least' });
    await succeed(lab, 'init-primary', '--yes');

    expect(Date.now() - began).toBeLessThan(120_000);
    expectExit(probed, 2);
    expect(probed.stdout).toContain('commits wait: synchronous_standby_names is FIRST 1 (pg2)');
    expect(probed.stdout).not.toContain('writable');
    expect(status.stdout).toMatch(/^pg1 .* commits wait /m);
    expect(await lab.sql('pg1', "select count(*) from pg_stat_activity where wait_event = 'SyncRep'")).toBe(
      '0',
    );

    await succeed(lab, 'up');
    await expectStreaming(lab, 'pg2');
  });

  test('is refused logins for reasons that are named', async () => {
    const [writer, reader, replication] = (['writer', 'reader', 'replication'] as const).map(
      (kind) => roleOf(lab, kind).name,
    );
    await lab.sql('pg1', `alter role ${writer} valid until '2020-01-01'; alter role ${reader} nologin`);
    await lab.sql('pg1', `alter role ${replication} nologin`);
    await lab.shell('pg2', 'systemctl restart postgresql@17-main');

    const probed = await lab.dbctl('probe');
    const added = await lab.dbctl('add-replica', 'pg2');

    expect(probed.stdout).toContain(`the password of writer ${writer} has expired`);
    expect(probed.stdout).toContain(`reader ${reader} is not permitted to log in`);
    expectExit(added, 4);
    expect(added.stderr).toContain(`role "${replication}" is not permitted to log in`);
    expect(added.stderr).toContain(`→ give ${replication} what it needs: dbctl init-primary`);
    expect(`${probed.stdout}${added.stderr}`).not.toMatch(/set (the|these) passwords?/);

    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica', 'pg2');
    await expectStreaming(lab, 'pg2');
    await succeed(lab, 'probe');
  });
});
