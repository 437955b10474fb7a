// dbctl is killed while add-replica's clone runs. The steps around it are killed with those of up.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import {
  cloneHasCopied,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  fillPrimary,
  finishes,
  limitLink,
  settled,
  slotsOn,
  unmakeReplica,
} from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs } from '../support/story.ts';

describeOnHosts('add-replica that is killed', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('f-kill2', 'primary');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('while the clone runs leaves the clone alone, and the next runs follow the same one', async () => {
    await fillPrimary(lab, 60);
    await limitLink(lab, 'pg2', '40mbit');
    const invocation = () => lab.shell('pg2', `systemctl show --value -p InvocationID '${cloneUnit(lab)}'`);
    const seen: string[] = [];

    for (const megabytes of [0, 5, 10, 15]) {
      const run = lab.start('add-replica', 'pg2');
      await cloneHasCopied(lab, 'pg2', megabytes * 1e6);
      run.process.kill('SIGKILL');
      expect((await run.end).exitCode).toBe(null);
      seen.push(await invocation());
    }
    const last = lab.start('add-replica', 'pg2');
    await cloneHasCopied(lab, 'pg2', 20e6);
    seen.push(await invocation());
    await limitLink(lab, 'pg2');

    expectExit(await last.end, 0);
    expect(seen[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(seen).size).toBe(1);
    await settled(lab, 'add-replica');
    for (const host of ['control', 'pg1', 'pg2']) await expectNothingUnfinished(lab, host);
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
  });

  test('and when the clone itself is killed, the next run makes a new one and leaves nothing of the first', async () => {
    await unmakeReplica(lab, 'pg2');
    await limitLink(lab, 'pg2', '40mbit');
    const run = lab.start('add-replica', 'pg2');
    await cloneHasCopied(lab, 'pg2', 5e6);
    run.process.kill('SIGKILL');
    await lab.shell('pg2', `systemctl kill --signal=KILL '${cloneUnit(lab)}'`);
    await limitLink(lab, 'pg2');

    await finishes(lab, 'add-replica');

    await expectNothingUnfinished(lab, 'pg2');
    await expectStreaming(lab, 'pg2');
    expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
  });
});

const cloneUnit = (lab: Lab): string => `dbctl-clone-${lab.env['CLUSTER_NAME']}-pg2.service`;
