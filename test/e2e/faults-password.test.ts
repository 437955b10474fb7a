// The replication password is wrong, expired or new: nothing is made that could not log in, and init-primary mends it.

import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { describeOnHosts, patienceMs, roleOf, succeed } from '../support/story.ts';

describeOnHosts('the replication password', () => {
  let lab: Lab;

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
    lab = await startLab('e2e-f-password', '--hosts', 'control,pg1,pg2');
    await succeed(lab, 'init-primary');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('that is another one than the primary knows is refused before there is a slot or any data', async () => {
    setPassword('not-the-one-that-was-set');

    await expectRefused(/password authentication failed/);

    expect(await slotsOn(lab)).toBe('');
    expect(await lab.ssh('pg2', 'ls -A /var/lib/postgresql/17 2>/dev/null || :')).toBe('');
    await expectNothingUnfinished(lab, 'pg2');
  });

  test('is set by init-primary, and then the replica is made', async () => {
    await finishes(lab, 'init-primary');
    await finishes(lab, 'add-replica');

    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
  });

  test('that changes reaches a running replica, which logs in with it when it has to', async () => {
    setPassword('the-second-one');
    await finishes(lab, 'init-primary');
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
