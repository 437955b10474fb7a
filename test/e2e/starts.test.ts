// As what a server would start, and whether it does after a boot: signal files that are stale or gone, units that are
// masked or disabled, a primary that is stopped. Nobody becomes a second primary, and nobody's primary becomes a replica.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import {
  cutPower,
  expectRefused,
  expectReplicates,
  expectStreaming,
  follow,
  healLab,
  reboot,
  settled,
} from '../support/faults.ts';
import { unusableData } from './chapters/unusable-data.ts';
import { severalHaveLed } from './chapters/several-have-led.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const data = '/var/lib/postgresql/17/main';

describeOnHosts('servers that would start as what they are not', () => {
  let lab: Lab;

  const isPrimary = (name: string): Promise<string> => lab.sql(name, 'select not pg_is_in_recovery()');
  const unitOn = (name: string): Promise<string> =>
    lab.shell(name, 'systemctl is-active postgresql@17-main || :');

  beforeAll(async () => {
    lab = await startCluster('starts', 'replica');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('a stale signal file on the primary is found before a restart makes it a replica', async () => {
    for (const file of ['standby.signal', 'recovery.signal']) {
      await lab.shell('pg1', `touch ${data}/${file}`);
      const words = `${file} is in ${data}`;

      await expectRefused(lab, words, 'plan');
      await expectRefused(lab, words, 'init-primary');
      const refused = await expectRefused(lab, words, 'restart', '--yes');
      const probed = await lab.dbctl('probe');

      expectExit(probed, 2);
      expect(probed.stdout).toContain(file);
      expect((await lab.dbctl('status')).stdout).toContain(words);
      expect((await lab.dbctl('doctor')).stdout.replaceAll(/\s+/g, ' ')).toContain(words);
      expect(await isPrimary('pg1')).toBe('t');
      await follow(lab, 'pg1', refused, /rm \S+/);
    }
    await succeed(lab, 'restart', '--yes');
    expect(await isPrimary('pg1')).toBe('t');
    await settled(lab, 'up');
  });

  test('a replica without its signal file is neither restarted nor started as a second primary', async () => {
    const words = `standby.signal is missing in ${data}`;
    await lab.shell('pg2', `mv ${data}/standby.signal ${data}/recovery.signal`);
    const other = await expectRefused(lab, `recovery.signal is in ${data}`, 'restart', 'pg2');
    await follow(lab, 'pg2', other, /rm \S+\/recovery.signal/);
    await expectRefused(lab, words, 'restart', 'pg2');
    expect((await lab.dbctl('probe')).stdout).toContain('standby.signal is missing');
    expect(await isPrimary('pg2')).toBe('f');
    await lab.shell('pg2', 'systemctl stop postgresql@17-main');

    for (const command of [['plan'], ['up'], ['restart'], ['add-replica', 'pg2']]) {
      await expectRefused(lab, words, ...command, ...(command[0] === 'restart' ? ['--yes'] : []));
    }
    const refused = await expectRefused(lab, words, 'restart', 'pg2');

    expect(await unitOn('pg2')).toBe('inactive');
    await follow(lab, 'pg2', refused, /install .*/);
    await succeed(lab, 'up');
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
  });

  test('one that something else runs is named with it, and handed back as the advice says', async () => {
    const config = 'config_file=/etc/postgresql/17/main/postgresql.conf';
    await lab.shell(
      'pg2',
      `systemctl stop postgresql@17-main && systemd-run -q --unit=by-hand --uid=postgres /usr/lib/postgresql/17/bin/postgres -D ${data} -c ${config}`,
    );
    await vi.waitUntil(async () => (await isPrimary('pg2').catch(String)) === 'f', { timeout: 60_000 });

    const refused = await expectRefused(lab, 'is run by by-hand.service', 'restart', 'pg2');

    expect(await isPrimary('pg2')).toBe('f');
    const [, line = ''] = /^→ end it there, then start the server: (.*)$/m.exec(refused.stderr) ?? [];
    await lab.shell('pg2', line);
    await succeed(lab, 'restart', 'pg2');
    await expectStreaming(lab, 'pg2');
  });

  test('one that is to lead, and was a replica, becomes the primary by the lines of the refusal', async () => {
    const { CLUSTER_DB_PRIMARY_HOST: first, CLUSTER_DB_REPLICA_HOSTS: others } = lab.env;
    for (const name of ['pg1', 'pg2']) await lab.shell(name, 'systemctl stop postgresql@17-main');
    await lab.shell('pg2', `cp -a ${data} /root/replica && rm ${data}/standby.signal`);
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: others, CLUSTER_DB_REPLICA_HOSTS: undefined });

    const refused = await expectRefused(lab, 'pg2 was a replica when it ended', 'restart', 'pg2', '--yes');

    await follow(lab, 'pg2', refused, /install .*/);
    await follow(lab, 'pg2', refused, /systemctl start .*\/pg_ctl promote -D .*/);
    expect(await isPrimary('pg2')).toBe('t');
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: first, CLUSTER_DB_REPLICA_HOSTS: others });
    await lab.shell('pg2', `systemctl stop postgresql@17-main && rm -r ${data} && mv /root/replica ${data}`);
    for (const name of ['pg1', 'pg2']) await lab.shell(name, 'systemctl start postgresql@17-main');
    await expectStreaming(lab, 'pg2');
  });

  test('one that lost it is made anew by reinit, too', async () => {
    await lab.shell('pg2', `systemctl stop postgresql@17-main && rm ${data}/standby.signal`);

    await succeed(lab, 'reinit', 'pg2', '--yes');

    expect(await isPrimary('pg2')).toBe('f');
    await expectStreaming(lab, 'pg2');
  });

  test('a primary that is stopped is started, but not while a node that may lead by now is out of sight', async () => {
    await lab.shell('pg1', 'systemctl stop postgresql@17-main');
    const planned = await lab.dbctl('plan');
    expectExit(planned, 10);
    expect(planned.stdout).toMatch(/^not known yet: pg1: PostgreSQL of pg1 is stopped/m);
    expect(planned.stdout).toMatch(/\n1 change to make on 1 host; nothing restarts\n$/);
    await succeed(lab, 'up');
    expect(await isPrimary('pg1')).toBe('t');
    await lab.shell('pg1', 'systemctl stop postgresql@17-main');
    await cutPower(lab, 'pg2');

    const refused = await expectRefused(lab, 'pg2 cannot be asked', 'up');
    await expectRefused(lab, 'pg2 cannot be asked', 'init-primary');

    expect(refused.stderr).toContain('dbctl restart pg1');
    expect(await unitOn('pg1')).toBe('inactive');
    await succeed(lab, 'restart', 'pg1');
    expect(await isPrimary('pg1')).toBe('t');
    await healLab(lab);
    await succeed(lab, 'up');
    await expectStreaming(lab, 'pg2');
  });

  test('a server that would not come back after a boot is a change to make, and comes back then', async () => {
    await lab.shell('pg1', 'echo manual >/etc/postgresql/17/main/start.conf; systemctl daemon-reload');
    await lab.shell('pg2', 'systemctl disable postgresql; systemctl mask postgresql@17-main');
    expect((await lab.dbctl('doctor')).stdout).toContain('does not start at boot');
    expect((await lab.dbctl('status')).stdout).toContain('does not start at boot');

    const planned = await lab.dbctl('plan');
    const made = await succeed(lab, 'up');

    expectExit(planned, 10);
    expect(planned.stdout.match(/start postgresql@17-main.service at every boot/g)).toHaveLength(2);
    expect(made.stdout).toContain('2 changes');
    await settled(lab, 'up');
    await reboot(lab, 'pg1', 'pg2');
    for (const name of ['pg1', 'pg2']) {
      await vi.waitUntil(async () => (await unitOn(name)) === 'active', { timeout: 60_000, interval: 300 });
    }
    await vi.waitUntil(async () => (await isPrimary('pg1').catch(String)) === 't', { timeout: 30_000 });
    await expectStreaming(lab, 'pg2');
  });

  test('one that postgresql-common is told never to start is started by up all the same', async () => {
    await lab.shell(
      'pg2',
      'systemctl stop postgresql@17-main; echo disabled >/etc/postgresql/17/main/start.conf; systemctl daemon-reload',
    );

    await succeed(lab, 'up');

    // The server answers a moment before its unit says so.
    await vi.waitUntil(async () => (await unitOn('pg2')) === 'active', { timeout: 10_000 });
    expect(await lab.shell('pg2', 'cat /etc/postgresql/17/main/start.conf')).toContain('auto');
    await settled(lab, 'up');
  });

  describe('with data that no server can use', () => unusableData(() => lab));
  describe('after several have led', () => severalHaveLed(() => lab));
});
