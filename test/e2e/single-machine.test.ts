// Several nodes on one machine, each on a port of its own; and a second cluster beside them, which has its control host
// elsewhere.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Finished, type Lab } from '../support/e2e.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs } from '../support/story.ts';

type Name = 'one' | 'two';

describeOnHosts('one machine', () => {
  let lab: Lab;
  let address: string;

  const run = (name: Name, ...args: readonly string[]): Promise<Finished> =>
    lab.dbctl(...args, '--config', `${name}.env`);

  async function succeed(name: Name, ...args: readonly string[]): Promise<string> {
    const finished = await run(name, ...args);
    expectExit(finished, 0);
    return finished.stdout;
  }

  /** Runs the command for both clusters at the same time. */
  const both = (...args: readonly string[]): Promise<readonly string[]> =>
    Promise.all([succeed('one', ...args), succeed('two', ...args)]);

  const sqlOn = (port: number, statement: string): Promise<string> =>
    lab.shell(
      'pg1',
      `cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -p ${port} app`,
      statement,
    );

  const isActive = (host: string, name: Name) =>
    lab.shell(host, `systemctl is-active 'dbctl-pgbackrest-${lab.name}-${name}.service' || :`);

  /** The settings of the lab for a cluster whose nodes are all on its one data host. */
  function define(name: Name, nodes: Readonly<Record<string, number>>, control: string): void {
    const [primary, ...replicas] = Object.entries(nodes).map(([node, port]) => `${node}=${address}:${port}`);
    const changes: Readonly<Record<string, string>> = {
      CLUSTER_NAME: `${lab.name}-${name}`,
      CLUSTER_CONTROL_HOST: control,
      CLUSTER_DB_PRIMARY_HOST: primary!,
      CLUSTER_DB_REPLICA_HOSTS: replicas.join(','),
      BACKUP_REPOSITORY: 'posix',
    };
    const lines = readFileSync(join(lab.directory, '.env.cluster'), 'utf8').split('\n');
    const kept = lines.filter((line) => !Object.hasOwn(changes, line.split('=')[0]!));
    const added = Object.entries(changes).map(([setting, value]) => `${setting}=${value}`);
    writeFileSync(join(lab.directory, `${name}.env`), [...kept, ...added, ''].join('\n'), { mode: 0o600 });
  }

  beforeAll(async () => {
    lab = await startLab('single', '--hosts', 'control,pg1');
    address = addressOf(lab, 'pg1');
    define('one', { pg1: 5432, pg2: 5433, pg3: 5434 }, `pg1=${address}`);
    define('two', { shop1: 5442, shop2: 5443 }, `control=${addressOf(lab, 'control')}`);
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('two clusters are set up at the same time, all their replicas stream over TLS', async () => {
    await both('init-primary');
    await both('add-replica');

    const senders =
      'select application_name, state, ssl from pg_stat_replication join pg_stat_ssl using (pid)';
    expect((await sqlOn(5432, `${senders} order by 1`)).split('\n')).toEqual([
      'pg2|streaming|t',
      'pg3|streaming|t',
    ]);
    expect(await sqlOn(5442, senders)).toBe('shop2|streaming|t');
    const clusters = await lab.shell(
      'pg1',
      'pg_lsclusters -h | cut -d " " -f 1-5 | tr -s " "; ls /etc/dbctl',
    );
    expect(clusters).toContain('17 main 5432');
    for (const instance of ['pg2', 'pg3', 'shop1', 'shop2']) expect(clusters).toContain(instance);
  });

  test('every node is backed up, on the same machine or from the other', async () => {
    await sqlOn(5432, 'create table seen as select generate_series(1, 1000) as n');
    await sqlOn(5442, 'create table seen as select 7 as n');
    await both('backup', 'setup');
    await both('probe', '--wait', '10s');

    await expect.poll(() => sqlOn(5434, 'select count(*) from seen').catch(String)).toBe('1000');
    await expect.poll(() => sqlOn(5443, 'select n from seen').catch(String)).toBe('7');
    expect(await isActive('pg1', 'one')).toBe('inactive');
    expect(await isActive('pg1', 'two')).toBe('active');
    expect(await isActive('control', 'two')).toBe('active');
  });

  test('a second run changes nothing', async () => {
    for (const command of [['init-primary'], ['add-replica'], ['backup', 'setup']]) {
      for (const said of await both(...command)) expect(said).toMatch(/^0 changes$/m);
    }
  });

  test('a backup is restored beside the nodes that run', async () => {
    await succeed('one', 'backup', 'restore', '--to', `copy=${address}:5440`, '--yes');

    expect(await sqlOn(5440, 'select count(*), pg_is_in_recovery() from seen')).toBe('1000|f');
    expect(await sqlOn(5432, 'select count(*) from pg_stat_replication')).toBe('2');
  });

  test('after a promotion every node keeps its own data', async () => {
    await lab.shell('pg1', 'systemctl stop postgresql@17-shop1.service');
    await sqlOn(5443, 'select pg_promote()');
    define('two', { shop2: 5443, shop1: 5442 }, `control=${addressOf(lab, 'control')}`);

    const { nodes } = JSON.parse(await succeed('two', 'status', '-o', 'json')) as {
      nodes: { name: string; state: string }[];
    };
    expect(nodes.map(({ name, state }) => `${name} ${state}`)).toEqual(['shop2 running', 'shop1 stopped']);
  });

  test("another cluster's node in the place of one is left alone", async () => {
    define('two', { shop2: 5443, pg2: 5444 }, `control=${addressOf(lab, 'control')}`);

    const refused = await run('two', 'add-replica', 'pg2');

    expectExit(refused, 4);
    expect(refused.stderr).toContain(`belongs to ${lab.name}-one/pg2, not to ${lab.name}-two/pg2`);
    await succeed('one', 'probe');
  });
});
