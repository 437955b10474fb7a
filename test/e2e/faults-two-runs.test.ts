// Two people run the same command at the same time: one of them is told so, and waits for the other when asked to. And
// between them the replication password is wrong, new or expired: nothing is made that could not log in.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import {
  expectClear,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  finishes,
  settled,
  slotsOn,
} from '../support/faults.ts';
import { describeOnHosts, expectExit, patienceMs, roleOf } from '../support/story.ts';

describeOnHosts('a cluster in the making', () => {
  let lab: Lab;

  /** Runs a command three times at once: one changes the hosts, one is sent away, and one waits and has nothing to do. */
  async function atOnce(...command: readonly string[]): Promise<void> {
    const patient = lab.dbctl(...command, '--lock-wait', '10m');
    const [one, other] = await Promise.all([lab.dbctl(...command), lab.dbctl(...command)]);
    const sentAway = [one, other].filter(({ exitCode }) => exitCode !== 0);
    expect(sentAway.length).toBeGreaterThan(0);
    for (const away of sentAway) expectClear(lab, away, 7, 'nothing was changed', 'dbctl lock status');
    expectExit(await patient, 0);
    await settled(lab, ...command);
  }

  const setPassword = (password: string) => lab.configure({ POSTGRES_REPLICATION_PASSWORD: password });

  async function expectRefused(reason: RegExp): Promise<void> {
    const refused = await lab.dbctl('add-replica');

    const { name } = roleOf(lab, 'replication');
    expectClear(lab, refused, 4, `pg2 cannot log in on pg1 as ${name}`, reason, 'dbctl init-primary');
  }

  const sender = () => lab.sql('pg1', `select pid from pg_stat_replication where state = 'streaming'`);

  /** Ends the connection of the replica, and waits until it has logged in again. */
  async function expectNewLogin(): Promise<void> {
    const before = await sender();
    await lab.sql('pg1', 'select pg_terminate_backend(pid) from pg_stat_replication');
    const isNew = async () => !['', before].includes(await sender());
    await expect.poll(isNew, { timeout: 60_000, interval: 250 }).toBe(true);
  }

  beforeAll(async () => {
    lab = await startLab('f-two', '--hosts', 'control,pg1,pg2');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  describe('two runs at the same time', () => {
    test('of init-primary leave one whole primary, and one authority that everybody knows', async () => {
      await atOnce('init-primary');

      for (const host of ['control', 'pg1']) await expectNothingUnfinished(lab, host);
      const name = lab.env['CLUSTER_NAME']!;
      const authority = readFileSync(join(lab.directory, `${name}-ca.crt`), 'utf8').trim();
      expect(await lab.shell('control', `cat /etc/dbctl/pki/${name}/ca.crt`)).toBe(authority);
      expect(await lab.shell('pg1', `cat /etc/dbctl/${name}/pg1/ca.crt`)).toBe(authority);
      const pair = `cd /etc/dbctl/pki/${name} && openssl pkey -in ca.key -pubout && openssl x509 -in ca.crt -noout -pubkey`;
      const [fromKey, fromCertificate] = (await lab.shell('control', pair)).split(
        /(?<=END PUBLIC KEY-----)\n/,
      );
      expect(fromKey).toBe(fromCertificate);
    });
  });

  describe('the replication password', () => {
    test('that is another one than the primary knows is refused before there is a slot or any data', async () => {
      setPassword('not-the-one-that-was-set');

      await expectRefused(/password authentication failed/);

      expect(await slotsOn(lab)).toBe('');
      expect(await lab.shell('pg2', 'ls -A /var/lib/postgresql/17 2>/dev/null || :')).toBe('');
      await expectNothingUnfinished(lab, 'pg2');
    });

    test('is set by init-primary, which asks before', async () => {
      expectClear(lab, await lab.dbctl('init-primary'), 8, 'is locked out');
      await finishes(lab, 'init-primary', '--yes');
    });
  });

  describe('once more two runs at the same time', () => {
    test('of add-replica leave one replica that streams', async () => {
      await atOnce('add-replica');

      await expectNothingUnfinished(lab, 'pg2');
      await expectStreaming(lab, 'pg2');
      await expectReplicates(lab, 'pg2');
      expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
    });
  });

  describe('the replication password', () => {
    test('that changes reaches a running replica, which logs in with it when it has to', async () => {
      setPassword('the-second-one');
      await finishes(lab, 'init-primary', '--yes');
      const before = await sender();
      const started = await lab.sql('pg2', 'select pg_postmaster_start_time()');

      await finishes(lab, 'add-replica');

      expect(await sender()).toBe(before);
      await expectNewLogin();
      expect(await lab.sql('pg2', 'select pg_postmaster_start_time()')).toBe(started);
      await expectReplicates(lab, 'pg2');
    });

    test('that has expired is named as refused, and init-primary makes it good again', async () => {
      const { name } = roleOf(lab, 'replication');
      await lab.sql('pg1', `alter role ${name} valid until '2020-01-01'`);

      await expectRefused(/password authentication failed/);
      await finishes(lab, 'init-primary');

      await settled(lab, 'add-replica');
      await expectNewLogin();
    });
  });
});
