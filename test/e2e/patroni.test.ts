// A running cluster gets Patroni, loses its leader in every way, and gets rid of Patroni again. What is true is asked of
// PostgreSQL on every host, past dbctl and past Patroni.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import { cable, cutPower, expectClear, healLab } from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, patienceMs, roleOf, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2'];
const started = 'select pg_postmaster_start_time()';
const slots = `select coalesce(string_agg(slot_name, ', ' order by slot_name), '') from pg_replication_slots where active`;
const senders = `select coalesce(string_agg(application_name || ' ' || state, ', '), '') from pg_stat_replication`;
/** For what Patroni does by itself, on a machine that may stand still. */
const patient = { timeout: 240_000, interval: 250 };

describeOnHosts('a cluster that Patroni keeps', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('patroni', 'replica');
    await lab.sql('pg1', 'create table numbers (n int); grant all on numbers to public', 'app');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  /** "t", "f", or "down": asked on the host itself, whatever its network is. */
  const inRecovery = (node: string): Promise<string> =>
    lab.sql(node, 'select pg_is_in_recovery()').catch(() => 'down');

  /** Patroni may still be about to let a replica stream. */
  const expectNothingToDo = (): Promise<void> =>
    expect
      .poll(async () => {
        const { stdout, stderr } = await lab.dbctl('plan');
        return `${stdout}${stderr}`;
      }, patient)
      .toContain('0 changes');

  const expectStreaming = (from: string, to: string): Promise<void> =>
    expect.poll(() => lab.sql(from, senders).catch(String), patient).toBe(`${to} streaming`);

  /** The nodes of which Patroni lets one lead (dcs_failsafe_mode of its manual). */
  const mayLead = (): Promise<string> => {
    const name = lab.env['CLUSTER_NAME'];
    const credential = '--cacert ca.crt --cert root.crt --key root.key';
    const words = `etcdctl ${credential} get --print-value-only /dbctl/${name}/failsafe`;
    return lab.shell('control', `cd /etc/dbctl/${name}/_etcd && ${words}`).catch(String);
  };

  const pidOfSession = `select pid from pg_stat_activity where query like '%the long session%' and pid <> pg_backend_pid()`;

  test(
    'gets it while it runs: no server restarts, and no connection ends',
    async () => {
      const { name, password } = roleOf(lab, 'writer');
      const place = `host=${addressOf(lab, 'pg1')} dbname=${lab.env['POSTGRES_DB']} user=${name} sslmode=require`;
      await lab.shell(
        'control',
        `PGPASSWORD='${password}' setsid /usr/lib/postgresql/17/bin/psql -Xd "${place}" -c "select pg_sleep(3600) as \\"the long session\\"" </dev/null >/dev/null 2>&1 &`,
      );
      await expect.poll(() => lab.sql('pg1', pidOfSession), patient).not.toBe('');
      const before = await Promise.all(nodes.map((node) => lab.sql(node, started)));
      const session = await lab.sql('pg1', pidOfSession);

      lab.configure({ CLUSTER_HA: 'patroni' });
      await succeed(lab, 'up');

      expect(await Promise.all(nodes.map((node) => lab.sql(node, started)))).toEqual(before);
      expect(await lab.sql('pg1', pidOfSession)).toBe(session);
      expect(await lab.sql('pg1', slots)).toBe('pg2');
      await expectStreaming('pg1', 'pg2');
      await expectNothingToDo();
      const { stdout } = await succeed(lab, 'status');
      expect(stdout).toContain('leader pg1, automatic failover');
    },
    patienceMs,
  );

  test('refuses what would be done behind its back', async () => {
    for (const words of [['init-primary'], ['reinit', 'pg2', '--yes'], ['remove-replica', 'pg2', '--yes']])
      expectClear(lab, await lab.dbctl(...words), 4, 'while Patroni keeps the cluster', 'CLUSTER_HA=none');
    expect(
      await lab.shell('pg1', 'systemctl start postgresql@17-main; systemctl is-active dbctl-patroni-\\*'),
    ).toBe('active');
  });

  test(
    'hands over when a person says so',
    async () => {
      await succeed(lab, 'switchover', '--candidate', 'pg2', '--yes');

      expect(await inRecovery('pg2')).toBe('f');
      await expectStreaming('pg2', 'pg1');
      expect(lab.env['CLUSTER_DB_PRIMARY_HOST']).toContain('pg2=');
      await expectNothingToDo();
    },
    patienceMs,
  );

  test(
    'restarts a server through Patroni, and only that one',
    async () => {
      const before = await Promise.all(nodes.map((node) => lab.sql(node, started)));

      await succeed(lab, 'restart', 'pg1', '--yes');

      expect(await lab.sql('pg1', started)).not.toBe(before[0]);
      expect(await lab.sql('pg2', started)).toBe(before[1]);
      await expectStreaming('pg2', 'pg1');
    },
    patienceMs,
  );

  test(
    'a leader that is cut off stops taking writes before another leads, and comes back without the rows that only it had',
    async () => {
      await lab.sql('pg2', 'insert into numbers values (1)', 'app');
      await expect.poll(() => lab.sql('pg1', 'select count(*) from numbers', 'app'), patient).toBe('1');

      await cable(lab, 'pg2', 'down');
      await lab.sql('pg2', 'insert into numbers values (666)', 'app');

      const both: string[] = [];
      await expect
        .poll(
          async () => {
            const now = await inRecovery('pg1');
            if (now === 'f' && (await inRecovery('pg2')) === 'f') both.push(new Date().toISOString());
            return now;
          },
          { timeout: 240_000, interval: 50 },
        )
        .toBe('f');
      expect(both).toEqual([]);
      await lab.sql('pg1', 'insert into numbers values (2)', 'app');
      await cable(lab, 'pg2', 'up');

      await expectStreaming('pg1', 'pg2');
      const rows = `select string_agg(n::text, ' ' order by n) from numbers`;
      await expect.poll(() => lab.sql('pg2', rows, 'app').catch(String), patient).toBe('1 2');
      expect(await inRecovery('pg2')).toBe('t');
    },
    patienceMs,
  );

  test(
    'another node leads when the host of the leader is dead, and the old one follows it when it is back',
    async () => {
      // A host that is lost while another is not wholly back leaves too few of etcd's members, or only nodes that Patroni
      // lets lead in no case: those that the leader has not written into /failsafe since they are back.
      await expect
        .poll(async () => (await lab.dbctl('status')).stdout, patient)
        .toMatch(/leader pg1, automatic failover\n.*3 of 3 members/);
      await expect.poll(mayLead, patient).toContain('"pg2"');

      await cutPower(lab, 'pg1');

      await expect.poll(() => inRecovery('pg2'), patient).toBe('f');
      await lab.sql('pg2', 'insert into numbers values (3)', 'app');
      await healLab(lab);

      await expectStreaming('pg2', 'pg1');
      await expect
        .poll(() => lab.sql('pg1', 'select count(*) from numbers', 'app').catch(String), patient)
        .toBe('3');
      await succeed(lab, 'up');
      await expectNothingToDo();
    },
    patienceMs,
  );

  test(
    'is paused when the file says so, and every look says it',
    async () => {
      lab.configure({ ENABLE_AUTO_FAILOVER: 'false' });
      await succeed(lab, 'up');

      expect((await succeed(lab, 'status')).stdout).toContain('paused: no automatic failover');
      await expectNothingToDo();
    },
    patienceMs,
  );

  test(
    'gets rid of it while it runs, and has everything as it was',
    async () => {
      const before = await Promise.all(nodes.map((node) => lab.sql(node, started)));
      lab.configure({ CLUSTER_HA: undefined, ENABLE_AUTO_FAILOVER: undefined });

      await succeed(lab, 'up');

      expect(await Promise.all(nodes.map((node) => lab.sql(node, started)))).toEqual(before);
      await expectStreaming('pg2', 'pg1');
      expect(await lab.sql('pg2', slots)).toBe('dbctl_pg1');
      for (const node of nodes) {
        expect(await lab.shell(node, 'systemctl is-active postgresql@17-main')).toBe('active');
        const left =
          'ls -d /etc/systemd/system/dbctl-* /etc/dbctl/*/*/patroni.yml /etc/postgresql/17/main/*base* /var/lib/postgresql/.dbctl* 2>/dev/null || :';
        expect(await lab.shell(node, left)).toBe('');
      }
      await expectNothingToDo();
      await succeed(lab, 'restart', '--yes');
      await expectStreaming('pg2', 'pg1');
    },
    patienceMs,
  );
});
