// The replica's disk fills up in the middle of a clone: the journal's words are shown, and the primary has no slot left.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import {
  cloneHasCopied,
  expectClear,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  fillPrimary,
  finishes,
  limitLink,
  slotsOn,
} from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, patienceMs } from '../support/story.ts';

const disk = '/var/lib/postgresql';

describeOnHosts("a replica's disk that fills up while it is cloned", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('f-full', 'primary');
    await fillPrimary(lab, 60);
    // As a new file system is: root's.
    await lab.shell('pg2', `mount -t tmpfs -o size=750m,mode=755 none ${disk}`);
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('ends the command with the words of the journal, and nothing is left that could do harm', async () => {
    const before = await lab.sql('pg1', 'select pg_postmaster_start_time()');
    await limitLink(lab, 'pg2', '40mbit');
    const run = lab.start('add-replica');
    await cloneHasCopied(lab, 'pg2', 5e6);
    await lab.shell(
      'pg2',
      `fallocate -l $(( $(df --output=avail -B1 ${disk} | tail -n 1) - 15000000 )) ${disk}/eaten`,
    );

    const failed = await run.end;

    expectClear(
      lab,
      failed,
      5,
      'Clone of pg1 for pg2 failed on pg2',
      'No space left on device',
      'journalctl',
    );
    expect(await slotsOn(lab)).toBe('');
    expect(await lab.sql('pg1', 'select pg_postmaster_start_time()')).toBe(before);
    await lab.sql('pg1', 'create table written (n int); drop table written', 'app');
    expect(await lab.shell('pg2', `ls -A ${disk}/17`)).toBe('');
  });

  test('is refused before anything is made when it is still full', async () => {
    const refused = await lab.dbctl('add-replica');

    expectClear(lab, refused, 4, 'pg2 cannot be used', 'are free', 'larger disk');
    expect(await slotsOn(lab)).toBe('');
  });

  test('and once there is room, the next run finishes', async () => {
    await lab.shell('pg2', `rm ${disk}/eaten`);
    await limitLink(lab, 'pg2');

    await finishes(lab, 'add-replica');

    await expectNothingUnfinished(lab, 'pg2');
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
  });
});
