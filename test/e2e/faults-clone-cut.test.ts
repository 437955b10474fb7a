// The replica's host is lost in the middle of a clone: dbctl says so soon, the primary goes on, the next run finishes.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finished, Lab } from '../support/e2e.ts';
import {
  cable,
  cloneHasCopied,
  cutPower,
  expectClear,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  fillPrimary,
  finishes,
  healLab,
  limitLink,
  slotsOn,
  unmakeReplica,
} from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, patienceMs, succeed } from '../support/story.ts';
import { stopwatch } from '../support/stopwatch.ts';

/** Three keepalives of ten seconds without an answer. */
const noticedWithinSeconds = 50;

describeOnHosts('a clone whose host is lost', () => {
  let lab: Lab;
  let primary: readonly string[];

  const primaryState = (): Promise<readonly string[]> =>
    Promise.all([
      lab.sql('pg1', 'select pg_postmaster_start_time()'),
      lab.shell('pg1', 'systemctl show --value -p NRestarts postgresql@17-main'),
    ]);

  /** Starts a clone over a slow link, breaks something in the middle of it, and answers how dbctl ended. */
  async function cloneThatLoses(breakIt: () => Promise<void>): Promise<Finished> {
    await limitLink(lab, 'pg2', '40mbit');
    const run = lab.start('add-replica');
    await cloneHasCopied(lab, 'pg2', 5e6);
    await breakIt();
    const elapsed = stopwatch();
    const finished = await run.end;
    expect(elapsed(), finished.stderr).toBeLessThan(noticedWithinSeconds);
    return finished;
  }

  async function expectFinishedByNextRun(): Promise<void> {
    await limitLink(lab, 'pg2');
    await finishes(lab, 'add-replica');
    await expectNothingUnfinished(lab, 'pg2');
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
    expect(await primaryState()).toEqual(primary);
  }

  async function expectPrimaryUnharmed(): Promise<void> {
    expect(await primaryState()).toEqual(primary);
    await lab.sql('pg1', 'create table unharmed (n int); drop table unharmed', 'app');
  }

  async function startOver(): Promise<void> {
    await healLab(lab);
    await unmakeReplica(lab, 'pg2');
  }

  beforeAll(async () => {
    lab = await startCluster('f-cut', 'primary');
    await fillPrimary(lab, 60);
    primary = await primaryState();
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('because the network is cut, and comes back as soon as dbctl has said so', async () => {
    const lost = await cloneThatLoses(() => cable(lab, 'pg2', 'down'));

    expectClear(lab, lost, 3, `the connection to ${addressOf(lab, 'pg2')} was lost`, 'run the same command');
    await expectPrimaryUnharmed();
    await cable(lab, 'pg2', 'up');
    await expectFinishedByNextRun();
  });

  test('because the network is cut until the clone has given up', async () => {
    await startOver();
    const lost = await cloneThatLoses(() => cable(lab, 'pg2', 'down'));
    const unit = `systemctl show --value -p ActiveState 'dbctl-clone-${lab.env['CLUSTER_NAME']}-pg2.service'`;
    const poll = { timeout: 120_000, interval: 500 };
    await expect.poll(() => lab.shell('pg2', unit), poll).toBe('failed');

    expectClear(lab, lost, 3, `the connection to ${addressOf(lab, 'pg2')} was lost`);
    await expectPrimaryUnharmed();
    await cable(lab, 'pg2', 'up');
    await expectFinishedByNextRun();
  });

  test('because its power is cut, and comes back', async () => {
    await startOver();
    const lost = await cloneThatLoses(() => cutPower(lab, 'pg2'));

    expectClear(lab, lost, 3, `the connection to ${addressOf(lab, 'pg2')} was lost`);
    await expectPrimaryUnharmed();
    await healLab(lab);
    await expectFinishedByNextRun();
  });

  test('while the primary itself is lost: both are told, and the next run finishes', async () => {
    await startOver();
    const lost = await cloneThatLoses(async () => {
      await lab.shell('pg1', 'systemctl kill --signal=KILL postgresql@17-main');
    });
    expectClear(
      lab,
      lost,
      5,
      'Clone of pg1 for pg2 failed on pg2',
      /closed the connection|closed unexpectedly|EOF detected|terminat/,
    );
    const data = await lab.shell('pg2', 'ls -A /var/lib/postgresql/17');
    expect(data).toBe('');
    await succeed(lab, 'init-primary');
    primary = await primaryState();
    await expectFinishedByNextRun();
  });
});
