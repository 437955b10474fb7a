// dbctl is killed before or after every second step of the way into Patroni, of a switchover there, and of the way back: no server
// restarts but by the switchover, one node takes writes at any time, and the next run finishes.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import { expectNothingUnfinished, settled } from '../support/faults.ts';
import { killAtEachStep, pointsKilledAt } from '../support/kill-steps.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2'];

describeOnHosts('dbctl that is killed at its steps with Patroni', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('kill-patroni', 'replica');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  const started = (): Promise<readonly string[]> =>
    Promise.all(nodes.map((node) => lab.sql(node, 'select pg_postmaster_start_time()')));

  const writable = async (): Promise<readonly string[]> => {
    const asked = nodes.map(async (node) =>
      (await lab.sql(node, 'select pg_is_in_recovery()').catch(() => 'down')) === 'f' ? [node] : [],
    );
    return (await Promise.all(asked)).flat();
  };

  const slotOf = (node: string): Promise<string> =>
    lab.sql(node, `select concat_ws(' ', status, slot_name) from pg_stat_wal_receiver`);

  /** Killed at every second step, before it or after it, until one run ends; after each death `look` is asked. */
  async function kill(command: readonly string[], look: () => Promise<void>): Promise<number> {
    const runs = await killAtEachStep(lab, command, {
      inTurns: true,
      isSparse: true,
      isDone: async () => {
        await look();
        return false;
      },
    });
    expectExit(runs.at(-1)!, 0);
    const points = pointsKilledAt(lab);
    process.stderr.write(
      `dbctl ${command.join(' ')}: killed at half of ${points} points, in ${runs.length - 1} runs\n`,
    );
    return points;
  }

  test('on the way into Patroni: no server restarts', { timeout: 1_800_000 }, async () => {
    const before = await started();
    lab.configure({ CLUSTER_HA: 'patroni' });

    const points = await kill(['up'], async () => {
      expect(await started()).toEqual(before);
      expect(await writable()).toEqual(['pg1']);
    });

    expect(points).toBeGreaterThan(20);
    expect(await started()).toEqual(before);
    await settled(lab, 'up');
    expect(await slotOf('pg2')).toBe('streaming pg2');
    expect((await succeed(lab, 'status')).stdout).toContain('leader pg1, automatic failover');
  });

  test('during a switchover: the next run finishes it', { timeout: 1_800_000 }, async () => {
    await kill(['switchover', '--candidate', 'pg2', '--yes'], async () => {
      expect((await writable()).length).toBeLessThan(2);
    });

    await expect.poll(writable, { timeout: 240_000 }).toEqual(['pg2']);
    expect(lab.env['CLUSTER_DB_PRIMARY_HOST']).toContain('pg2=');
    await settled(lab, 'up');
    expect(await slotOf('pg1')).toBe('streaming pg1');
  });

  test('on the way back: no server restarts', { timeout: 1_800_000 }, async () => {
    const before = await started();
    lab.configure({ CLUSTER_HA: undefined });
    const paused: string[] = [];

    const points = await kill(['up'], async () => {
      expect(await started()).toEqual(before);
      expect(await writable()).toEqual(['pg2']);
      paused.push(...(await unsaid()));
    });

    expect(points).toBeGreaterThan(8);
    expect(paused).toEqual([]);
    await settled(lab, 'up');
    for (const node of nodes)
      expect(await lab.shell(node, 'systemctl is-active postgresql@17-main')).toBe('active');
    expect(await slotOf('pg1')).toBe('streaming dbctl_pg1');
    for (const host of ['control', ...nodes]) await expectNothingUnfinished(lab, host);
  });

  /** What `status` says of a cluster that Patroni keeps no more, or not yet again, when it does not say that at all. */
  async function unsaid(): Promise<readonly string[]> {
    const { stdout } = await lab.dbctl('status');
    const isThere = nodes.map((node) => lab.shell(node, "systemctl is-active 'dbctl-patroni-*' || :"));
    if ((await Promise.all(isThere)).every((unit) => unit === '')) return [];
    return /PATRONI|Patroni/.test(stdout) ? [] : [stdout];
  }
});
