// The main job: from plain hosts to a primary with two replicas, as PostgreSQL itself sees it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLab, type Finished, type Lab } from '../support/e2e.ts';
import { addressOf, describeOnHosts, patienceMs, roleOf, sqlAs, succeed } from '../support/story.ts';
import { secondRun } from './chapters/second-run.ts';
import { settingsChange } from './chapters/settings-change.ts';

const nodes = ['pg1', 'pg2', 'pg3'];
const replicas = ['pg2', 'pg3'];

describeOnHosts('a primary with two replicas', () => {
  let lab: Lab;
  let added: Finished;

  beforeAll(async () => {
    lab = await startLab('cluster');
    await succeed(lab, 'init-primary');
    added = await succeed(lab, 'add-replica', 'pg2', 'pg3');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('a row that the writer writes on the primary is read on both replicas by the reader', async () => {
    await sqlAs(lab, 'writer', { from: 'pg1', to: 'pg1' }, `create table orders (note text);`);
    await sqlAs(lab, 'writer', { from: 'pg2', to: 'pg1' }, `insert into orders values ('crème');`);

    for (const to of replicas) {
      await expect
        .poll(() => sqlAs(lab, 'reader', { from: 'pg1', to }, 'select note from orders').catch(String), {
          timeout: 10_000,
        })
        .toBe('crème');
    }
  });

  test('the primary sees both by name, streaming over TLS 1.3, each through a slot of its own', async () => {
    const rows = await lab.sql(
      'pg1',
      `select application_name, client_addr, usename, state, ssl, version, slot_name
       from pg_stat_replication join pg_stat_ssl using (pid)
       join pg_replication_slots on active_pid = pid order by 1`,
    );

    const { name } = roleOf(lab, 'replication');
    expect(rows.split('\n')).toEqual(
      replicas.map((node) => `${node}|${addressOf(lab, node)}|${name}|streaming|t|TLSv1.3|dbctl_${node}`),
    );
  });

  test('the replicas follow with the name verified and the password in a file', async () => {
    for (const node of replicas) {
      const conninfo = await lab.sql(node, `select current_setting('primary_conninfo')`);

      expect(conninfo).toMatch(/sslmode='?verify-full/);
      expect(conninfo).toMatch(/passfile='?\/etc\/dbctl\//);
      expect(conninfo).not.toContain(roleOf(lab, 'replication').password);
    }
  });

  test('pg_hba.conf has no error and no rule wider than asked', async () => {
    const control = addressOf(lab, 'control');
    const ownNodes = nodes.map((node) => `${addressOf(lab, node)}/32`);
    const clients = [...ownNodes, `${control}/32`, lab.env['CLUSTER_ALLOWED_CIDRS']!];
    const roles = [roleOf(lab, 'admin'), roleOf(lab, 'writer'), roleOf(lab, 'reader')].map(
      ({ name }) => name,
    );

    for (const node of nodes) {
      const rules = await hbaRules(lab, node);

      expect(rules.filter(({ error }) => error !== null)).toEqual([]);
      expect(new Set(rules.map(({ type }) => type))).toEqual(new Set(['local', 'hostssl']));
      const local = rules.filter(({ type }) => type === 'local');
      expect(local.map(({ user_name, auth_method }) => [user_name, auth_method])).toEqual([
        [['postgres'], 'peer'],
      ]);
      const remote = rules.filter(({ type }) => type === 'hostssl');
      expect(remote.every(({ auth_method }) => auth_method === 'scram-sha-256')).toBe(true);
      const [physical, logical] = [true, false].map((wanted) =>
        remote.filter(({ database }) => database.includes('replication') === wanted),
      );
      expect(new Set(physical!.map(cidrOf))).toEqual(new Set(ownNodes));
      expect(physical!.every(({ user_name }) => user_name.join() === roleOf(lab, 'replication').name)).toBe(
        true,
      );
      expect(new Set(logical!.map(cidrOf))).toEqual(new Set(clients));
      for (const { database, user_name } of logical!) {
        expect(database).toEqual([lab.env['POSTGRES_DB']]);
        expect(user_name).toEqual(roles);
      }
    }
  });

  test('nobody gets in without TLS, nor as a superuser over TCP', async () => {
    const connect = (options: string) =>
      lab.shell(
        'pg2',
        `PGPASSWORD=x psql -XAtqw -d "host=${addressOf(lab, 'pg1')} ${options}" -c 'select 1' 2>&1 || :`,
      );

    expect(await connect(`sslmode=disable dbname=app user=${roleOf(lab, 'writer').name}`)).toContain(
      'no encryption',
    );
    expect(await connect('sslmode=require dbname=postgres user=postgres')).toContain('no pg_hba.conf entry');
  });

  test('every clone was accepted by pg_verifybackup', async () => {
    for (const node of replicas) {
      const journal = await lab.shell(node, `journalctl -q -o cat -u 'dbctl-clone-*'`);

      expect(journal).toContain('backup successfully verified');
      expect(await lab.shell(node, 'ls -A /var/lib/postgresql/17')).toBe('main');
    }
  });

  test('data checksums are on, and the settings are in force on every node', async () => {
    for (const node of nodes) {
      const rows = await lab.sql(
        node,
        `select name, setting from pg_settings where name in (${settingNames})`,
      );

      expect(Object.fromEntries(rows.split('\n').map((row) => row.split('|')))).toEqual(settings);
      expect(await lab.sql(node, 'select count(*) from pg_settings where pending_restart')).toBe('0');
      expect(await lab.sql(node, 'select count(*) from pg_file_settings where error is not null')).toBe('0');
    }
  });

  test('a replica that stays away cannot fill the disk of the primary', async () => {
    expect(
      Number(await lab.sql('pg1', `select setting from pg_settings where name = 'max_slot_wal_keep_size'`)),
    ).toBeGreaterThan(0);
  });

  test('the reader reads what the writer creates later, and writes nothing', async () => {
    await sqlAs(lab, 'writer', { from: 'pg1', to: 'pg1' }, 'create table later as select 7 as n;');
    const asReader = (sql: string) => sqlAs(lab, 'reader', { from: 'pg2', to: 'pg1' }, sql);

    expect(await asReader('select n from later')).toBe('7');
    await expect(asReader('set default_transaction_read_only = off; delete from later')).rejects.toThrow(
      'permission denied',
    );
    await expect(
      asReader('set default_transaction_read_only = off; create table mine (n int)'),
    ).rejects.toThrow('permission denied');
    await expect(asReader('create temporary table mine (n int)')).rejects.toThrow();
  });

  test("the admin alters the writer's table, and the writer cannot alter the admin's", async () => {
    const onPrimary = { from: 'pg3', to: 'pg1' };
    await sqlAs(lab, 'writer', onPrimary, 'create table grows (n int);');
    await sqlAs(lab, 'admin', onPrimary, 'alter table grows add column m int; create table fixed (n int);');
    await sqlAs(lab, 'writer', onPrimary, 'insert into grows (m) values (1); insert into fixed values (1);');

    await expect(sqlAs(lab, 'writer', onPrimary, 'alter table fixed add column m int')).rejects.toThrow(
      'must be owner',
    );
  });

  test('no role is more than it needs', async () => {
    const names = (['admin', 'writer', 'reader', 'replication'] as const).map(
      (kind) => roleOf(lab, kind).name,
    );
    const rows = await lab.sql(
      'pg1',
      `select rolname, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls, rolreplication, left(rolpassword, 14)
       from pg_authid where rolcanlogin and rolname <> 'postgres'`,
    );

    expect(rows.split('\n').toSorted()).toEqual(
      names.map((name) => `${name}|f|${name === names[3] ? 't' : 'f'}|SCRAM-SHA-256$`).toSorted(),
    );
  });

  test('a writer with a wrong password is refused', async () => {
    await expect(
      sqlAs(lab, 'writer', { from: 'pg1', to: 'pg1' }, 'select 1', 'not the password'),
    ).rejects.toThrow('password authentication failed');
  });

  test('add-replica shows how both sides see each replica', () => {
    for (const node of replicas)
      expect(added.stdout).toMatch(new RegExp(`^${node} +streaming .* streaming`, 'm'));
  });

  test('probe agrees: all is well, for people and for machines', async () => {
    const { stdout } = await succeed(lab, 'probe', '-o', 'json', '--wait', '10s');

    const report = JSON.parse(stdout) as {
      status: string;
      nodes: { name: string; role: string; state: string; systemIdentifier: string }[];
    };
    expect(report.status).toBe('ok');
    expect(report.nodes.map(({ name, role, state }) => [name, role, state])).toEqual([
      ['pg1', 'primary', 'writable'],
      ['pg2', 'replica', 'streaming'],
      ['pg3', 'replica', 'streaming'],
    ]);
    const identifier = await lab.sql('pg3', 'select system_identifier from pg_control_system()');
    expect(new Set(report.nodes.map(({ systemIdentifier }) => systemIdentifier))).toEqual(
      new Set([identifier]),
    );
    expect((await succeed(lab, 'check-cluster-dbs')).stdout).toContain('OK: ');
  });

  // On the cluster as it stands now.
  describe('a second run', () => secondRun(() => lab));
  describe('settings that are changed', () => settingsChange(() => lab));
});

interface HbaRule {
  readonly type: string;
  readonly database: readonly string[];
  readonly user_name: readonly string[];
  readonly address: string | null;
  readonly netmask: string | null;
  readonly auth_method: string;
  readonly error: string | null;
}

const hbaRules = async (lab: Lab, node: string): Promise<readonly HbaRule[]> =>
  JSON.parse(await lab.sql(node, 'select json_agg(r) from pg_hba_file_rules r')) as HbaRule[];

/** 255.255.255.0 has 24 bits that are set. */
const cidrOf = ({ address, netmask }: HbaRule): string => {
  const bits = (netmask ?? '').split('.').map((byte) => Number(byte).toString(2).replaceAll('0', '').length);
  return `${address}/${bits.reduce((sum, one) => sum + one, 0)}`;
};

/** As pg_settings shows them: in their base units. */
const settings: Readonly<Record<string, string>> = {
  data_checksums: 'on',
  wal_level: 'replica',
  max_wal_senders: '40',
  max_replication_slots: '40',
  wal_keep_size: '256',
  wal_log_hints: 'on',
  hot_standby: 'on',
  password_encryption: 'scram-sha-256',
  ssl: 'on',
  ssl_min_protocol_version: 'TLSv1.3',
  log_connections: 'on',
  log_replication_commands: 'on',
  fsync: 'on',
  full_page_writes: 'on',
};
const settingNames = Object.keys(settings)
  .map((name) => `'${name}'`)
  .join(', ');
