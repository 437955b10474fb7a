// dbctl is killed before and after each step of its operations, one after the other: every run begins where a dead one
// left off, and in the end all is as if nothing had happened. How a primary is made is killed in faults-killed-primary.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgbackrestOn } from '../support/backup-story.ts';
import type { Lab } from '../support/e2e.ts';
import { expectNothingUnfinished, expectStreaming, settled, slotsOn } from '../support/faults.ts';
import { killAtEachStep, pointsKilledAt } from '../support/kill-steps.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const hosts = ['control', 'pg1', 'pg2'];

describeOnHosts('dbctl that is killed before and after each of its steps', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('kill-steps', 'primary');
    lab.configure({ BACKUP_REPOSITORY: 'posix' });
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  /** Runs it until it is done, and insists that no dead run left the lock behind. Answers at how many points it died. */
  async function kill(
    command: readonly string[],
    isDone: () => Promise<boolean>,
    how: { readonly inTurns?: boolean } = {},
  ): Promise<number> {
    const lock = `/run/dbctl/${lab.env['CLUSTER_NAME']}.lock`;
    const isFree = () => lab.shell('control', `flock -n ${lock} true && echo free || :`);
    const isFreeAndDone = async (): Promise<boolean> => {
      await expect.poll(isFree, { timeout: 5000, interval: 20 }).toBe('free');
      return isDone();
    };
    const runs = await killAtEachStep(lab, command, { isDone: isFreeAndDone, ...how });
    const last = runs.at(-1)!;
    if (last.exitCode !== null) expectExit(last, 0);
    const points = pointsKilledAt(lab);
    const deaths = runs.filter(({ exitCode }) => exitCode === null).length;
    process.stderr.write(`dbctl ${command.join(' ')}: killed at ${points} points, in ${deaths} runs\n`);
    return points;
  }

  test(
    'up, from a primary alone, ends with a whole cluster and nothing left to do',
    { timeout: 1_800_000 },
    async () => {
      const points = await kill(['up'], async () => false, { inTurns: true });

      expect(points).toBeGreaterThan(30);
      await settled(lab, 'up');
      await expectStreaming(lab, 'pg2');
      expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
      await pgbackrestOn(lab, 'control', 'check');
      const [stanza] = JSON.parse(await pgbackrestOn(lab, 'control', '--output=json info')) as [
        { readonly backup: readonly unknown[] },
      ];
      expect(stanza.backup).toHaveLength(1);
      for (const host of hosts) await expectNothingUnfinished(lab, host);
    },
  );

  test('certs rotate ends with new certificates, and with no trace of a rotation', async () => {
    const mark = `/etc/dbctl/pki/${lab.env['CLUSTER_NAME']}/rotation`;
    let isBegun = false;
    const isDone = async (): Promise<boolean> => {
      const isMarked = (await lab.shell('control', `ls ${mark}* 2>/dev/null || :`)) !== '';
      isBegun ||= isMarked;
      return isBegun && !isMarked;
    };

    expect(await kill(['certs', 'rotate'], isDone)).toBeGreaterThan(5);

    await succeed(lab, 'certs', 'status');
    await expectStreaming(lab, 'pg2');
    for (const host of hosts) await expectNothingUnfinished(lab, host);
  });

  test('remove-replica ends with a primary that knows nothing of it', async () => {
    const isDone = async (): Promise<boolean> => !lab.env['CLUSTER_DB_REPLICA_HOSTS']?.includes('pg2');

    expect(await kill(['remove-replica', 'pg2'], isDone, { inTurns: true })).toBeGreaterThan(8);

    expect(await slotsOn(lab)).toBe('');
    expect(await lab.shell('pg2', 'pgrep -x postgres || :')).toBe('');
    for (const host of hosts) await expectNothingUnfinished(lab, host);
    expectExit(await succeed(lab, 'init-primary'), 0);
  });
});
