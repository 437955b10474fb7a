// One operation changes a cluster at a time. Here they meet: two at once, one that sleeps, one that dies, one that is
// sent away; and the history of the cluster tells all of it.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab, Running } from '../support/e2e.ts';
import {
  cloneHasCopied,
  expectClear,
  expectStreaming,
  filesOn,
  limitLink,
  slotsOn,
} from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';
import { stopwatch } from '../support/stopwatch.ts';

interface Past {
  readonly title: string;
  readonly by: string;
  readonly from: string;
  readonly result: string;
  readonly exitCode: number | null;
  readonly why: string;
  readonly steps: readonly { readonly host: string; readonly step: string }[];
}

describeOnHosts('the lock of a cluster', () => {
  let lab: Lab;
  let first: Running;

  const isFree = async (): Promise<boolean> => {
    const lock = `/run/dbctl/${lab.env['CLUSTER_NAME']}.lock`;
    return (await lab.shell('control', `flock -n ${lock} true && echo free || :`)) === 'free';
  };
  const becomesHeld = (): Promise<void> => expect.poll(isFree, { timeout: 30_000, interval: 10 }).toBe(false);
  const clone = `systemctl list-units --all --plain --no-legend 'dbctl-clone*' | grep -c running || :`;
  const everything = async (): Promise<readonly string[]> =>
    Promise.all([...['control', 'pg1', 'pg2'].map((host) => filesOn(lab, host)), slotsOn(lab)]);

  beforeAll(async () => {
    lab = await startCluster('lock', 'primary');
  }, patienceMs);

  afterAll(async () => {
    first?.process.kill('SIGKILL');
    await lab?.down();
  }, patienceMs);

  test('sends the second operator away, and says who is there and what they do', async () => {
    await limitLink(lab, 'pg2', '10mbit');
    first = lab.start('add-replica', 'pg2');
    await cloneHasCopied(lab, 'pg2', 1_000_000);

    const second = await lab.dbctl('add-replica', 'pg2');

    expectClear(lab, second, 7, /is being changed by .+@.+: add-replica pg2, for/, 'nothing was changed');
    expect(second.stderr).toMatch(/^ {2}from: [\d.]+$/m);
    expect(second.stderr).toMatch(/^ {2}doing: .+ on pg2$/m);
    expect(second.stderr).toContain('--lock-wait');
    const { stdout } = await succeed(lab, 'lock', 'status', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      isHeld: true,
      holder: { title: 'add-replica pg2', pid: first.process.pid },
    });
    expect((await succeed(lab, 'add-replica', '--dry-run')).stderr).not.toContain('lock');
  });

  test('is free 30 s after its holder fell asleep, who changes nothing when it wakes up', async () => {
    first.process.kill('SIGSTOP');
    const asleep = stopwatch();

    const other = await succeed(lab, 'init-primary', '--lock-wait', '60s');

    expect(asleep()).toBeLessThan(40);
    expect(other.stderr).toMatch(/^waits for .+: add-replica pg2/m);
    expect(other.stderr).toMatch(
      /^the last operation, add-replica pg2 by .+, was interrupted during ".+ on pg2"/m,
    );
    await limitLink(lab, 'pg2');
    await expect.poll(() => lab.shell('pg2', clone), { timeout: 60_000 }).toBe('0');
    const before = await everything();

    first.process.kill('SIGCONT');

    expectClear(
      lab,
      await first.end,
      6,
      /the lock of .+ was lost/,
      /the control host did not answer for \d+ s/i,
      'run the same',
    );
    expect(await everything()).toEqual(before);
  });

  test('is taken away from an operation by hand, and free at once when one is killed', async () => {
    first = lab.start('add-replica', 'pg2');
    await becomesHeld();
    first.process.kill('SIGSTOP');
    expectExit(await lab.dbctl('lock', 'release'), 8);

    const released = await succeed(lab, 'lock', 'release', '--yes');

    expect(released.stdout).toMatch(/^released: add-replica pg2 by /);
    expect(await isFree()).toBe(true);
    first.process.kill('SIGCONT');
    expectClear(lab, await first.end, 6, /the lock of .+ was lost/, 'run the same');

    first = lab.start('add-replica', 'pg2');
    await becomesHeld();
    first.process.kill('SIGKILL');
    await first.end;
    await expect.poll(isFree, { timeout: 5000, interval: 10 }).toBe(true);
  });

  test('is taken back by an operation that slept while nobody else had it', async () => {
    first = lab.start('add-replica', 'pg2');
    await becomesHeld();
    first.process.kill('SIGSTOP');
    await expect.poll(isFree, { timeout: 90_000 }).toBe(true);
    first.process.kill('SIGCONT');

    const last = await first.end;

    expectExit(last, 0);
    expect(last.stderr).toMatch(/control heard nothing for \d+ s and let the lock go; .* it was taken back/);
    expect(last.stderr).toMatch(/^the last operation, add-replica pg2 by .+, was interrupted/m);
    await expectStreaming(lab, 'pg2');
  });

  test('says in the history of the cluster what became of each', async () => {
    expectExit(await succeed(lab, 'lock', 'status'), 0);
    const { stdout } = await succeed(lab, 'history', '-o', 'json');

    const { operations } = JSON.parse(stdout) as { operations: readonly Past[] };
    expect(operations.map(({ title, result }) => `${title}: ${result}`)).toEqual([
      'init-primary: done',
      'add-replica pg2: interrupted',
      'init-primary: done',
      'add-replica pg2: released',
      'add-replica pg2: interrupted',
      'add-replica pg2: done',
    ]);
    expect(operations[1]).toMatchObject({
      from: expect.stringMatching(/^[\d.]+$/),
      why: expect.stringMatching(/no sign of life/),
    });
    expect(operations[1]!.steps.map(({ host }) => host)).toContain('pg2');
    const text = (await succeed(lab, 'history', '--steps')).stdout;
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const journals = 'cat /var/lib/dbctl-journal/* ; stat -c %U:%G:%a /var/lib/dbctl-journal/*.jsonl';
    const said = await Promise.all(['control', 'pg1', 'pg2'].map((host) => lab.shell(host, journals)));
    const secrets = Object.entries(lab.env).filter(([name]) => name.endsWith('_PASSWORD'));
    for (const [, secret] of secrets) expect(said.some((one) => one.includes(secret))).toBe(false);
    for (const one of said) expect(one).toMatch(/^root:root:640$/m);
  });
});
