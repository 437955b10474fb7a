// Everything again, on a cluster that is in place: nothing may change.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import { succeed } from '../../support/story.ts';

const machines = ['control', 'pg1', 'pg2', 'pg3'];
const nodes = ['pg1', 'pg2', 'pg3'];

export function secondRun(theLab: () => Lab): void {
  let lab: Lab;
  let before: object;

  beforeAll(async () => {
    lab = theLab();
    before = await everything(lab);
  });

  test.for([
    { command: ['init-primary'] },
    { command: ['add-replica', 'pg2', 'pg3'] },
    { command: ['add-replica'] },
    { command: ['init-primary', '--restart'] },
    { command: ['add-replica', '--restart'] },
  ])('of $command makes 0 changes, restarts nothing and touches no file', async ({ command }) => {
    const { stdout } = await succeed(lab, ...command);

    expect(stdout.trim().split('\n').at(-1)).toBe('0 changes');
    expect(await everything(lab)).toEqual(before);
  });

  test('answers the same to machines', async () => {
    const { stdout } = await succeed(lab, 'init-primary', '-o', 'json');

    expect(JSON.parse(stdout)).toEqual({ cluster: lab.env['CLUSTER_NAME'], dryRun: false, changes: [] });
  });

  test('as a dry run has nothing to make', async () => {
    for (const command of ['init-primary', 'add-replica']) {
      const { stdout } = await succeed(lab, command, '--dry-run');

      expect(stdout.trim().split('\n').at(-1)).toBe('0 changes to make');
    }
    expect(await everything(lab)).toEqual(before);
  });

  test('puts back what was changed by hand, and only that', async () => {
    const file = '/etc/postgresql/17/main/pg_hba.conf';
    const written = await lab.shell('pg2', `cat ${file}`);
    await lab.shell('pg2', `echo 'host all all 0.0.0.0/0 trust' >> ${file}`);

    const { stdout } = await succeed(lab, 'add-replica', '-o', 'json');

    const { changes } = JSON.parse(stdout) as { changes: { host: string; change: string }[] };
    expect(changes.map(({ host, change }) => `${host}: ${change}`)).toEqual([
      `pg2: update ${file}, which was edited by hand`,
      'pg2: reload PostgreSQL',
    ]);
    expect(await lab.shell('pg2', `cat ${file}`)).toBe(written);
    expect(await lab.sql('pg2', `select count(*) from pg_hba_file_rules where auth_method = 'trust'`)).toBe(
      '0',
    );
  });
}

/** What a second run must leave as it is. */
async function everything(lab: Lab): Promise<object> {
  const files = `find /etc/postgresql /etc/postgresql-common /etc/dbctl /etc/systemd/system -printf '%p %T@ %i %u %m\\n' 2>/dev/null | sort`;
  const local = ['.env.cluster', `${lab.env['CLUSTER_NAME']}-ca.crt`].map((name) =>
    join(lab.directory, name),
  );
  return {
    files: await Promise.all(machines.map((name) => lab.shell(name, files))),
    started: await Promise.all(nodes.map((name) => lab.sql(name, 'select pg_postmaster_start_time()'))),
    loaded: await Promise.all(nodes.map((name) => lab.sql(name, 'select pg_conf_load_time()'))),
    roles: await lab.sql('pg1', 'select json_agg(a) from pg_authid a'),
    senders: await lab.sql('pg1', 'select json_agg(pid order by pid) from pg_stat_replication'),
    local: local.map((file) => [readFileSync(file, 'utf8'), statSync(file).mtimeMs]),
  };
}
