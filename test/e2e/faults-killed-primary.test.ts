// dbctl is killed in the middle of init-primary and of up, at one thing it does after the other: each run goes on from what
// it finds, whichever command left it.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { expectNothingUnfinished, settled } from '../support/faults.ts';
import { deedsKilledAt, killAtEachDeed } from '../support/kill-dbctl.ts';
import { describeOnHosts, expectExit, patienceMs, sqlAs, succeed } from '../support/story.ts';

const commands = [['init-primary'], ['up']];

describeOnHosts('init-primary or up that is killed', () => {
  let lab: Lab;
  let replicas: string | undefined;

  beforeAll(async () => {
    lab = await startLab('f-kill1', '--hosts', 'control,pg1,pg2');
    replicas = lab.env['CLUSTER_DB_REPLICA_HOSTS'];
    lab.configure({ CLUSTER_DB_REPLICA_HOSTS: undefined });
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('at everything it does in turn is finished by running it again', { timeout: 1_800_000 }, async () => {
    const runs = await killAtEachDeed(lab, commands);
    expectExit(runs.at(-1)!, 0);
    const points = deedsKilledAt(lab);
    process.stderr.write(`killed at ${points} points, in ${runs.length - 1 - commands.length} runs\n`);

    expect(points).toBeGreaterThan(40);
    for (const command of commands) await settled(lab, ...command);
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
    lab.configure({ CLUSTER_DB_REPLICA_HOSTS: replicas });
    await succeed(lab, 'add-replica');
  });
});
