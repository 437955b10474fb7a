// The primary is gone: a replica takes over, under a write load that remembers what was acknowledged, with the consent that a
// loss needs, and with dbctl killed in the middle. What is true is asked of PostgreSQL and of the hosts.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import {
  advised,
  cable,
  cutPower,
  expectClear,
  expectRefused,
  healLab,
  reboot,
  settled,
} from '../support/faults.ts';
import { dbctlWithFate } from '../support/kill-preload.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, roleOf, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2', 'pg3'];
const senders = `select coalesce(string_agg(application_name || ' ' || state, ', ' order by application_name), '') from pg_stat_replication`;
const unit = 'postgresql@17-main';
const slow = { timeout: 120_000, interval: 500 };

describeOnHosts('a primary that is gone', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('failover', 'two replicas');
    lab.configure({
      BACKUP_REPOSITORY: 'posix',
      // What was acknowledged is on two nodes then: nothing of it may be missing.
      CLUSTER_SYNCHRONOUS: 'on',
    });
    await succeed(lab, 'up');
    await lab.sql('pg1', 'create table numbers (n int); grant all on numbers to public', 'app');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  const file = (): string => readFileSync(join(lab.directory, '.env.cluster'), 'utf8');
  const comments = (): readonly string[] =>
    file()
      .split('\n')
      .filter((line) => line.startsWith('#'));

  /** Every number that was acknowledged to a client that writes to whoever leads stands in a file of the control host. */
  async function startLoad(): Promise<() => Promise<void>> {
    const { name, password } = roleOf(lab, 'writer');
    const places = nodes.map((node) => addressOf(lab, node)).join(',');
    const connection = `host=${places} port=5432 dbname=${lab.env['POSTGRES_DB']} user=${name} target_session_attrs=read-write connect_timeout=2 sslmode=require`;
    const loop = `n=$(cat /root/next 2>/dev/null || echo 0); while [ ! -e /root/stop ]; do n=$((n+1)); echo $n >/root/next
      PGPASSWORD=${password} timeout 10 /usr/lib/postgresql/17/bin/psql -XAtqw -d "${connection}" -c "insert into numbers values ($n)" 2>>/root/refused && echo $n >>/root/acknowledged; done; touch /root/stopped`;
    await lab.shell(
      'pg3',
      `rm -f /root/stop /root/stopped; setsid bash -c '${loop}' </dev/null >/dev/null 2>&1 &`,
    );
    await expectMore();
    return async () => {
      await expectMore();
      await lab.shell('pg3', 'touch /root/stop; until [ -e /root/stopped ]; do sleep 0.1; done');
    };
  }

  const unitState = (node: string): Promise<string> => lab.shell(node, `systemctl is-active ${unit} || :`);

  const acknowledgedCount = async (): Promise<number> =>
    Number(await lab.shell('pg3', 'cat /root/acknowledged 2>/dev/null | wc -l'));

  async function expectMore(): Promise<void> {
    const before = await acknowledgedCount();
    await expect.poll(acknowledgedCount, slow).toBeGreaterThan(before + 3);
  }

  async function expectAllThere(...on: readonly string[]): Promise<void> {
    const acknowledged = (await lab.shell('pg3', 'cat /root/acknowledged')).split('\n').map(Number);
    expect(acknowledged.length).toBeGreaterThan(3);
    for (const node of on)
      await expect
        .poll(async () => {
          const found = new Set(
            (await lab.sql(node, 'select n from numbers', 'app')).split('\n').map(Number),
          );
          return acknowledged.filter((n) => !found.has(n));
        }, slow)
        .toEqual([]);
  }

  /** This one takes writes, and these follow it; the file and the control host say so. */
  async function expectLedBy(leader: string, ...followers: readonly string[]): Promise<void> {
    expect(await lab.sql(leader, 'select pg_is_in_recovery()')).toBe('f');
    await expect
      .poll(() => lab.sql(leader, senders), slow)
      .toBe(followers.map((node) => `${node} streaming`).join(', '));
    for (const node of followers) expect(await lab.sql(node, 'select pg_is_in_recovery()')).toBe('t');
    expect(lab.env['CLUSTER_DB_PRIMARY_HOST']).toContain(`${leader}=`);
    expect(
      await lab.shell('control', 'cat /etc/dbctl/*/primary; ls /etc/dbctl/*/switchover 2>/dev/null || :'),
    ).toBe(leader);
  }

  test('that is not gone leads on, whoever sees it', async () => {
    const refused = await expectRefused(lab, 'pg1 leads', 'failover', '--yes');
    expect(refused.stderr).toContain('dbctl switchover');
    await lab.shell('pg1', 'systemctl stop ssh.socket ssh.service');

    expectClear(lab, await lab.dbctl('failover', '--yes'), 4, 'pg1, the primary, is not dead', /pg2 and pg3/);

    await lab.shell('pg1', 'systemctl start ssh.service');
    expect(await lab.sql('pg1', senders)).toBe('pg2 streaming, pg3 streaming');
  });

  test('with its host: nothing that was acknowledged is lost, and the next run finishes one that was killed', async () => {
    const before = comments();
    const stopLoad = await startLoad();
    await cutPower(lab, 'pg1');

    const dryRun = await succeed(lab, 'failover', '--dry-run');
    const refused = await lab.dbctl('failover', '--yes');
    const [flag, position] = advised(refused, /(--accept-loss) (\S+)/);
    const unasked = await lab.dbctl('failover', flag!, position!);
    const untouched = await Promise.all(
      ['pg2', 'pg3'].map((node) => lab.sql(node, 'select pg_is_in_recovery()')),
    );
    const killed = await dbctlWithFate(
      lab,
      `const fateOf = () => (input) => (String(input).includes('pg_promote') ? 'ended' : undefined);`,
      ...['failover', '--yes', '--candidate', 'pg2', flag!, position!],
    );
    const finished = await lab.dbctl('failover', '--yes');

    expect(dryRun.stdout).toContain('promote pg');
    expectClear(lab, refused, 4, /pg1 may have what pg[23] has not/, 'pg1 cannot be asked', 'dbctl up');
    expectExit(unasked, 8);
    expect(untouched).toEqual(['t', 't']);
    expect(killed.exitCode, `${killed.stdout}${killed.stderr}`).toBeNull();
    expectExit(finished, 0);
    await stopLoad();
    await expectLedBy('pg2', 'pg3');
    await expectAllThere('pg2', 'pg3');
    expect(comments()).toEqual(before);
    expect((await lab.dbctl('status')).stdout).toMatch(/pg2 .*primary/);
    expect((await lab.dbctl('failover', '--yes', '--candidate', 'pg2')).stdout).toContain('0 changes');
  });

  test('comes back, is not started, is given the data of the one that leads, and follows it', async () => {
    await healLab(lab);

    await expect.poll(() => unitState('pg1'), slow).toBe('failed');
    const journal = await lab.shell('pg1', `journalctl -b -u ${unit} -o cat`);
    expect(journal).toMatch(/not started: pg[23] .*is on timeline 2, and the data here is on timeline 1/);
    expect(journal).toContain('dbctl reinit pg1');
    expect(await lab.shell('pg1', 'ls /run/dbctl-ran-* 2>/dev/null; pgrep -x postgres || :')).toBe('');
    const refused = await lab.dbctl('reinit', 'pg1', '--yes');
    if (refused.exitCode !== 0) {
      const [flag, position] = advised(refused, /(--accept-loss) (\S+)/);
      await succeed(lab, 'reinit', 'pg1', '--yes', flag!, position!);
    }

    await expectLedBy('pg2', 'pg1', 'pg3');
    await expectAllThere('pg1');
    await settled(lab, 'up');
  });

  test('for a moment only, with all the others: everything is back by itself', async () => {
    for (const node of nodes) await cutPower(lab, node);
    await healLab(lab);

    await expect.poll(() => lab.sql('pg2', senders).catch(String), slow).toBe('pg1 streaming, pg3 streaming');
    expect(await lab.sql('pg2', 'select pg_is_in_recovery()')).toBe('f');
  });

  test('and comes back where it sees nobody waits, and says so, until another node is there', async () => {
    for (const node of ['pg1', 'pg3']) await cable(lab, node, 'down');
    await reboot(lab, 'pg2');

    const journal = (): Promise<string> => lab.shell('pg2', `journalctl -b -u ${unit} -o cat || :`);
    await expect.poll(journal, slow).toContain('waiting for an answer of pg1 ');
    expect(await unitState('pg2')).toBe('activating');
    expect(await lab.shell('pg2', 'pgrep -x postgres || :')).toBe('');
    await cable(lab, 'pg3', 'up');

    await expect.poll(() => lab.sql('pg2', senders).catch(String), slow).toContain('pg3 streaming');
    await cable(lab, 'pg1', 'up');
    await expectLedBy('pg2', 'pg1', 'pg3');
  });

  test('while its host lives: what only it has is read, and it follows the one that leads', async () => {
    await lab.shell('pg2', `systemctl kill -s KILL ${unit}`);
    await expect.poll(() => unitState('pg2'), slow).toBe('failed');

    const moved = await succeed(lab, 'failover', '--yes', '--candidate', 'pg3');

    expect(moved.stdout).toContain('pg3 is the primary now');
    await expectLedBy('pg3', 'pg1');
    await succeed(lab, 'up');
    await expectLedBy('pg3', 'pg1', 'pg2');
  });

  test('and the file asks for another one: up does it when told', async () => {
    await cutPower(lab, 'pg3');
    const at = (node: string): string => `${node}=${addressOf(lab, node)}`;
    lab.configure({
      CLUSTER_DB_PRIMARY_HOST: at('pg1'),
      CLUSTER_DB_REPLICA_HOSTS: `${at('pg2')},${at('pg3')}`,
    });

    const plain = await lab.dbctl('up', '--yes');
    const refused = await lab.dbctl('up', '--switchover', '--yes');
    const [flag, position] = advised(refused, /(--accept-loss) (\S+)/);
    const done = await lab.dbctl('up', '--switchover', '--yes', flag!, position!);

    expectClear(lab, plain, 4, 'dbctl failover');
    expectClear(lab, refused, 4, 'pg3 may have what pg1 has not');
    // The host that is off.
    expectExit(done, 3);
    await expectLedBy('pg1', 'pg2');
  });
});
