// dbctl is killed in the middle of init-primary, at one thing it does after the other: each run goes on from what it finds.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { expectNothingUnfinished, settled } from '../support/faults.ts';
import { killAtEachDeed } from '../support/kill-dbctl.ts';
import { describeOnHosts, expectExit, patienceMs, sqlAs, succeed } from '../support/story.ts';

const command = 'init-primary';

describeOnHosts('init-primary that is killed', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('f-kill1', '--hosts', 'control,pg1,pg2');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('at everything it does in turn is finished by running it again', async () => {
    const runs = await killAtEachDeed(lab, [command]);
    expectExit(runs.at(-1)!, 0);
    const points = runs.filter(({ exitCode }) => exitCode === null).length;
    process.stderr.write(`killed at ${points} points\n`);

    expect(points).toBeGreaterThan(40);
    await settled(lab, command);
    for (const host of ['control', 'pg1']) await expectNothingUnfinished(lab, host);
  });

  test('and the primary is whole', async () => {
    expect(await lab.sql('pg1', 'select pg_is_in_recovery()')).toBe('f');
    expect(await lab.sql('pg1', 'show data_checksums')).toBe('on');
    expect(await lab.shell('pg1', 'systemctl is-active postgresql@17-main')).toBe('active');
    await sqlAs(lab, 'writer', { from: 'pg1', to: 'pg1' }, 'create table kept as select 7 as n');
    expect(await sqlAs(lab, 'reader', { from: 'pg1', to: 'pg1' }, 'select n from kept')).toBe('7');
    const write = 'begin read write; delete from kept';
    await expect(sqlAs(lab, 'reader', { from: 'pg1', to: 'pg1' }, write)).rejects.toThrow(
      'permission denied',
    );
    await succeed(lab, 'add-replica');
  });
});
