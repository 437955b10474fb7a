// A restore that is cut off: by a full disk, and by dbctl's own death before and after each step.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import {
  expectClear,
  expectReplicates,
  expectStreaming,
  fillPrimary,
  limitLink,
  settled,
} from '../support/faults.ts';
import { killAtEachStep, pointsKilledAt } from '../support/kill-steps.ts';
import { checksum, makeRows, now, unfinished, untouched } from '../support/restore-story.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const disk = '/var/lib/postgresql';

describeOnHosts('a restore in place', () => {
  let lab: Lab;
  let rows: string;
  let command: readonly string[];

  beforeAll(async () => {
    lab = await startLabWithBackups('f-restore', 'posix', '--hosts', 'control,pg1,pg2');
    await lab.shell('pg1', `mount -t tmpfs -o size=1500m,mode=755 none ${disk}`);
    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica');
    await fillPrimary(lab, 60);
    await makeRows(lab, 'orders');
    rows = await checksum(lab, 'pg1', 'orders');
    await succeed(lab, 'backup', 'setup');
    const target = await now(lab);
    await lab.sql('pg1', 'drop table orders', 'app');
    command = ['backup', 'restore', '--type=time', `--target=${target}`, '--in-place', '--yes'];
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('whose disk fills up ends with the words of the journal, and the primary goes on', async () => {
    const before = await untouched(lab, 'pg1');
    // What is left is more than a restore takes, and less than it may take.
    const eat = `until [ -e ${disk}/17/main.dbctl-restore/label ]; do sleep 0.02; done
      fallocate -l $(( $(df --output=avail -B1 ${disk} | tail -n 1) - 120000000 )) ${disk}/eaten`;
    await lab.shell('pg1', `systemd-run -q --unit=eat sh -c '${eat.replaceAll('$', '$$$$')}'`);

    // Slow enough for the disk to be full before all of it has come.
    await limitLink(lab, 'pg1', '40mbit');

    const failed = await lab.dbctl(...command);

    await limitLink(lab, 'pg1');

    expectClear(
      lab,
      failed,
      5,
      /(Restore of|Recovery to) \S+ failed on pg1/,
      'are left on the disk',
      'journalctl',
    );
    expect(await untouched(lab, 'pg1')).toBe(before);
    await lab.sql('pg1', 'create table written (n int); drop table written', 'app');
    expect(await lab.shell('pg1', `ls ${disk}/17`)).toBe('main');
  });

  test('is refused before anything is made while the disk is full', async () => {
    expectClear(lab, await lab.dbctl(...command), 4, 'nothing can be restored on pg1', 'are free');
    await lab.shell('pg1', `rm ${disk}/eaten`);
  });

  test('whose dbctl is killed before and after each of its steps is finished by the next run', async () => {
    const runs = await killAtEachStep(lab, command);
    expectExit(runs.at(-1)!, 0);
    const points = pointsKilledAt(lab);
    process.stderr.write(`restore in place: killed at ${points} points\n`);

    expect(points).toBeGreaterThan(15);
    expect(await checksum(lab, 'pg1', 'orders')).toBe(rows);
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    for (const host of ['pg1', 'pg2']) expect(await unfinished(lab, host)).toBe('');
    expect(await lab.shell('pg1', `ls ${disk}/17`)).toMatch(/^main\nmain\.before-restore-\d{8}T\d{6}Z$/);
    expect(await lab.sql('pg1', 'select timeline_id from pg_control_checkpoint()')).toBe('2');
  });

  test('that is finished has nothing to do, and takes nothing away that was written since', async () => {
    await makeRows(lab, 'since', 5);

    await settled(lab, ...command);

    expect(await lab.sql('pg1', 'select count(*) from since', 'app')).toBe('5');
  });
});
