// A replica is promoted by hand for a moment, while the primary leads: its timeline leads nobody away.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOn, pgbackrestOn } from '../support/backup-story.ts';
import type { Lab } from '../support/e2e.ts';
import { expectClear, expectRefused, expectReplicates, expectStreaming, giveUp } from '../support/faults.ts';
import { checksum, makeRows, onPort } from '../support/restore-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, patienceMs, succeed } from '../support/story.ts';

const main = '/var/lib/postgresql/17/main';

/** What a line of advice says to type. */
const commandIn = (advice: string): readonly string[] => /: dbctl (.+)$/.exec(advice)![1]!.split(' ');

describeOnHosts('a second timeline', () => {
  let lab: Lab;

  const archive = (): Promise<string> =>
    pgbackrestOn(lab, 'control', `repo-ls --recurse archive/${lab.env['CLUSTER_NAME']}`);
  const timelines = async () => {
    const { exitCode, stdout } = await lab.dbctl('backup', 'check', '-o', 'json');
    const { findings } = JSON.parse(stdout) as {
      findings: readonly { check: string; status: string; message: string; next: readonly string[] }[];
    };
    return { exitCode, found: findings.filter(({ check }) => check === 'timelines') };
  };
  const push = (host: string, name: string): Promise<string> =>
    pgbackrestOn(lab, host, `--no-archive-async archive-push ${main}/pg_wal/${name}`, configOn(lab, host));

  beforeAll(async () => {
    lab = await startCluster('tl', 'replica');
    lab.configure({ BACKUP_REPOSITORY: 'minio' });
    await succeed(lab, 'backup', 'setup');
    await makeRows(lab, 'own');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('of a replica that was promoted while the primary leads stays on its host', async () => {
    await lab.sql('pg2', 'select pg_promote()');
    await lab.sql('pg2', 'create table foreign_rows (n int); select pg_switch_wal()', 'app');
    const failed = () => lab.sql('pg2', 'select last_failed_wal from pg_stat_archiver');
    await expect.poll(failed, { timeout: 30_000 }).toBe('00000002.history');

    expect(await archive()).not.toContain('00000002');
    expect(
      await lab.shell('pg2', 'grep -h "is not archived" /var/log/postgresql/*.log | head -n 1'),
    ).toContain(`00000002.history is not archived: ${lab.env['CLUSTER_NAME']}/pg1 leads`);
  });

  test('that is in the repository all the same is named, with the node that made it, and leads no restore away', async () => {
    for (const name of [
      '00000002.history',
      await lab.shell('pg2', `cd ${main}/pg_wal && ls | grep -m 1 ^00000002.*0`),
    ]) {
      await push('pg2', name.trim());
    }
    await lab.shell('pg2', 'systemctl stop postgresql@17-main');
    await makeRows(lab, 'later');

    const { exitCode, found } = await timelines();
    expect(exitCode).toBe(2);
    expect(found).toMatchObject([
      {
        status: 'critical',
        message: expect.stringMatching(/^timeline 2, which left timeline 1 at .* pg2 has it/) as unknown,
      },
    ]);
    expect((await succeed(lab, 'backup', 'info')).stdout).toMatch(
      /^timeline 2 left timeline 1 at .* not of the server that leads$/m,
    );
    await expectRefused(lab, 'pg1 or pg2 is the primary', 'backup', 'restore', '--to=pg1:5499');
  });

  test('does not keep its node from being a replica again, also after a restart; then it is removed as advised', async () => {
    await giveUp(lab, 'pg2', /timeline 2, which pg1 did not come from/);
    await succeed(lab, 'backup', 'restore', '--to=pg1:5499');
    expect(await checksum(lab, 'pg1', 'later', 5499)).toBe(await checksum(lab, 'pg1', 'later'));
    expect(await onPort(lab, 'pg1', 5499, `select to_regclass('foreign_rows') is null`)).toBe('t');
    await lab.shell('pg1', 'pg_dropcluster --stop 17 pg1_5499');
    await lab.shell('pg2', 'systemctl restart postgresql@17-main');
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    const drill = await succeed(lab, 'backup', 'drill', '-o', 'json');
    expect(drill.stdout).toContain('public.later');
    expect(drill.stdout).not.toContain('foreign_rows');

    expectClear(
      lab,
      await lab.dbctl('backup', 'expire', '--timeline', '1', '--yes'),
      4,
      "is the cluster's own",
    );
    const open = (await timelines()).found[0]!.next;
    expect(open.join()).not.toContain('expire');
    await succeed(lab, ...commandIn(open.at(-1)!));
    const decided = (await timelines()).found[0]!.next;
    expect(decided.at(-1)).toMatch(/: dbctl backup expire --timeline \d+$/);
    await succeed(lab, ...commandIn(decided.at(-1)!), '--yes');

    expect(await archive()).not.toContain('00000002');
    expect((await timelines()).found).toMatchObject([{ status: 'ok' }]);
  });

  test('of a new primary is archived as soon as the old one is gone, and the old one can be given its data', async () => {
    await lab.shell('pg1', 'systemctl stop postgresql@17-main');
    await lab.sql('pg2', 'select pg_promote()');
    await lab.sql('pg2', 'create table led (n int); select pg_switch_wal()', 'app');
    await expect.poll(archive, { timeout: 30_000 }).toMatch(/00000002\.history[^]*000000020000/);
    // It comes back, writes, and archives: now two servers have written to one repository.
    await lab.shell('pg1', 'touch /run/dbctl-start-17-main && systemctl start postgresql@17-main');
    await lab.sql('pg1', 'create table given_up (n int); select pg_switch_wal()', 'app');
    const archived = () => lab.sql('pg1', 'select archived_count > 0 from pg_stat_archiver');
    await expect.poll(archived, { timeout: 30_000 }).toBe('t');
    await lab.shell('pg1', 'systemctl stop postgresql@17-main');

    await giveUp(lab, 'pg1', /only pg1 has \d+ transactions?, .* on timeline 1/);

    expect(
      await lab.sql('pg1', `select pg_is_in_recovery(), to_regclass('led'), to_regclass('given_up')`, 'app'),
    ).toBe('t|led|');
    expect((await timelines()).found).toMatchObject([{ status: 'ok' }]);
    await succeed(lab, 'backup', 'restore', '--to=pg2:5499');
    expect(await onPort(lab, 'pg2', 5499, `select to_regclass('led'), to_regclass('given_up')`)).toBe('led|');
  });
});
