// Ctrl-C and SIGTERM: what runs may end, nothing new begins, and the next run goes on from there.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import {
  cableOf,
  cloneHasCopied,
  expectClear,
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
import { describeOnHosts, expectExit, patienceMs } from '../support/story.ts';

describeOnHosts('a run that is asked to stop', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('f-interrupt', '--hosts', 'control,pg1,pg2');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test.for([
    { signal: 'SIGINT' as const, after: 'Check the host: ' },
    { signal: 'SIGTERM' as const, after: 'Create the cluster: ' },
  ])('by $signal ends with 130 and says how to go on, in the middle of init-primary', async (story) => {
    // With -v, stages that find all in place are told, too.
    const run = lab.start('init-primary', '-v');
    await new Promise<void>((seen) => {
      run.process.stderr!.on('data', (text) => String(text).includes(story.after) && seen());
    });
    run.process.kill(story.signal);
    const stopped = await run.end;

    expectClear(
      lab,
      stopped,
      130,
      'stopping after the running step',
      'stopped on request',
      'run the same command',
    );
    expect(stopped.stderr).not.toContain('Verify every login');
    for (const host of ['control', 'pg1']) await expectNothingUnfinished(lab, host);
  });

  test('and the next run finishes', async () => {
    await finishes(lab, 'init-primary');
  });

  test('while a clone runs leaves the clone alone, and the next run follows it', async () => {
    const unit = `dbctl-clone-${lab.env['CLUSTER_NAME']}-pg2.service`;
    const invocation = () => lab.shell('pg2', `systemctl show --value -p InvocationID '${unit}'`);
    await fillPrimary(lab, 60);
    await limitLink(lab, 'pg2', '40mbit');
    const run = lab.start('add-replica');
    await cloneHasCopied(lab, 'pg2', 5e6);
    const before = await invocation();
    run.process.kill('SIGINT');

    const stopped = await run.end;

    expectClear(lab, stopped, 130, 'continues on its host', 'run the same command');
    const next = lab.start('add-replica');
    await cloneHasCopied(lab, 'pg2', 10e6);
    expect(await invocation()).toBe(before);
    await limitLink(lab, 'pg2');
    expectExit(await next.end, 0);
    await settled(lab, 'add-replica');
    await expectNothingUnfinished(lab, 'pg2');
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
  });

  test('twice ends at once, and the next run goes on from there', async () => {
    await unmakeReplica(lab, 'pg2');
    const cables = await Promise.all(['pg1', 'pg2'].map((name) => cableOf(lab, name)));
    const run = lab.start('add-replica', '-v');
    const said = (words: string) =>
      new Promise<void>((seen) => {
        run.process.stderr!.on('data', (text) => String(text).includes(words) && seen());
      });
    await said('Allow the replicas in pg_hba.conf');
    // Now no step can end.
    await Promise.all(cables.map((pull) => pull('down')));
    const noticed = said('press again to stop at once');
    run.process.kill('SIGINT');
    await noticed;
    run.process.kill('SIGINT');

    expect((await run.end).exitCode).toBe(null);
    await Promise.all(cables.map((plug) => plug('up')));
    await finishes(lab, 'add-replica');
    await expectNothingUnfinished(lab, 'pg2');
    await expectStreaming(lab, 'pg2');
  });
});
