// Two nodes have led, and not both of them run: which one came after the other is asked of their timelines. Nothing that
// only one of them has is thrown away before somebody has said so. Every line of advice is typed.

import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import {
  advised,
  expectClear,
  expectRefused,
  follow,
  followDbctl,
  giveUp,
  settled,
} from '../../support/faults.ts';
import { addressOf, expectExit, succeed } from '../../support/story.ts';

const unit = 'postgresql@17-main';
const data = '/var/lib/postgresql/17/main';
const rows = `select string_agg(word, ' ' order by word) from led`;

/** Begins and ends with pg1 as the primary and pg2 as its replica. */
export function severalHaveLed(theLab: () => Lab): void {
  let lab: Lab;

  const write = (name: string, word: string): Promise<string> =>
    lab.sql(name, `insert into led values ('${word}')`, 'app');
  const systemctl = (name: string, verb: 'start' | 'stop'): Promise<string> =>
    // A start on purpose: whoever took over meanwhile is not asked.
    lab.shell(name, `touch /run/dbctl-start-17-main; systemctl ${verb} ${unit}`);
  const streams = (primary: string, replica: string): Promise<void> =>
    expect
      .poll(
        () => lab.sql(primary, `select application_name || state from pg_stat_replication`).catch(String),
        {
          timeout: 60_000,
          interval: 250,
        },
      )
      .toBe(`${replica}streaming`);

  beforeAll(() => {
    lab = theLab();
  });

  test('a former primary that came back is not taken for the leader while the one after it is stopped', async () => {
    await lab.sql('pg1', 'create table led (word text)', 'app');
    // A clean stop waits until the replica has everything.
    await systemctl('pg1', 'stop');
    await lab.sql('pg2', 'select pg_promote()');
    await write('pg2', 'newer');
    await systemctl('pg2', 'stop');
    await systemctl('pg1', 'start');
    await write('pg1', 'older');

    for (const command of ['plan', 'up', 'restart', 'init-primary', 'add-replica']) {
      const { stderr } = await expectRefused(lab, 'pg1 or pg2 is the primary', command);
      expect(stderr).toMatch(/takes writes, timeline 1$[^]*does not accept connections, timeline 2$/m);
    }
    const refused = await expectRefused(lab, 'pg1 or pg2 is the primary', 'up');
    const given = await followDbctl(lab, refused, /reinit pg2/, '--yes');

    expectExit(given, 4);
    expect(given.stderr).toMatch(
      /only pg2 has 1 transaction, in .* on timeline 2, which pg1 did not come from/,
    );
    await follow(lab, 'pg1', refused, /systemctl stop \S+/);
    await follow(lab, 'pg2', refused, /touch \S+ && systemctl start \S+/);
    await expect.poll(() => lab.sql('pg2', rows, 'app').catch(String), { timeout: 30_000 }).toBe('newer');
  });

  test('its data is given up when its position is said, and it follows', async () => {
    await expectRefused(lab, 'pg1 has what ', 'reinit', 'pg1', '--yes', '--accept-loss', 'F/0');
    await giveUp(lab, 'pg1', /pg1 was a primary: only pg1 has 1 transaction, in .* on timeline 1\./);

    await streams('pg2', 'pg1');
    expect(await lab.sql('pg1', rows, 'app')).toBe('newer');
  });

  test('where two took writes and both are stopped, up starts none of them before a person has decided', async () => {
    await lab.sql('pg1', 'select pg_promote()');
    await write('pg1', 'third');
    await write('pg2', 'lonely');
    await Promise.all(['pg1', 'pg2'].map((name) => systemctl(name, 'stop')));

    for (const command of [['plan'], ['up'], ['restart', 'pg1'], ['init-primary']]) {
      const { stderr } = await expectRefused(lab, 'pg1 or pg2 is the primary', ...command);
      expect(stderr).toMatch(/only pg1 has 1 transaction, in .* on timeline 3, which pg2 did not come from/);
      expect(stderr).toMatch(/only pg2 has 1 transaction, in .* on timeline 2\.$/m);
    }
    const split = await expectRefused(lab, 'would go on without what only pg2 has', 'up');
    expect(await lab.shell('pg1', `systemctl is-active ${unit} || :`)).toBe('inactive');
    await follow(lab, 'pg1', split, /touch \S+ && systemctl start \S+/);
    const { stderr } = await succeed(lab, 'up');

    expect(stderr).toMatch(/pg2 was a primary: only pg2 has 1 transaction, in .* on timeline 2\./);
    expect(await lab.sql('pg1', rows, 'app')).toBe('newer third');
    const removal = ['remove-replica', 'pg2', '--wipe', '--yes'];
    const refused = await expectRefused(lab, 'pg2 has what pg1 has not', ...removal);
    expect(refused.stderr).toContain('only pg2 has 1 transaction');
    const address = addressOf(lab, 'pg2');
    await succeed(lab, ...removal, ...advised(refused, /(--accept-loss) (\S+)/));
    await succeed(lab, 'add-replica', `pg2=${address}`);
    await streams('pg1', 'pg2');
    await settled(lab, 'up');
  });

  test('an older copy of the primary that was started has not what its replica has, however far it goes', async () => {
    await systemctl('pg1', 'stop');
    await lab.shell('pg1', `cp -a ${data} ${data}.copy`);
    await systemctl('pg1', 'start');
    await streams('pg1', 'pg2');
    await write('pg1', 'acknowledged');
    await expect.poll(() => lab.sql('pg2', rows, 'app')).toContain('acknowledged');
    for (const name of ['pg2', 'pg1']) await systemctl(name, 'stop');
    await lab.shell('pg1', `rm -r ${data} && mv ${data}.copy ${data}`);
    await systemctl('pg1', 'start');
    await lab.sql('pg1', `create table other as select n from generate_series(1, 10000) n`, 'app');

    const refused = await expectRefused(lab, 'pg2 may have what pg1 has not', 'reinit', 'pg2', '--yes');

    expect(refused.stderr).toContain('pg2 was a replica: only pg2 has what may be transactions');
    // Kept, it is not lost; but somebody must be told of it.
    const address = addressOf(lab, 'pg2');
    const { stdout } = await succeed(lab, 'remove-replica', 'pg2');
    expect(stdout).toMatch(
      /pg2 was a replica: only pg2 has what may be transactions[^]*A person must decide/,
    );
    const remove = /^Remove it .*: {2}(rm -r \S+\.removed-\S+)$/m.exec(stdout)![1]!;
    await lab.shell('pg2', `[ -e ${remove.split(' ').at(-1)}/data/PG_VERSION ] && ${remove}`);
    await succeed(lab, 'add-replica', `pg2=${address}`);
    await streams('pg1', 'pg2');
  });

  test('a replica on another timeline of the same number cannot follow, though it says that it streams', async () => {
    const signal = `install -o postgres -g postgres -m 600 /dev/null ${data}/standby.signal`;
    await lab.sql('pg2', 'select pg_promote()');
    await write('pg2', 'apart');
    // Nobody tells the other one that this number is taken.
    await lab.shell('pg2', `systemctl stop ${unit} && ${signal}`);
    await lab.shell('pg1', `systemctl stop ${unit} && ${signal} && systemctl start ${unit}`);
    await lab.sql('pg1', 'select pg_promote()');
    await systemctl('pg2', 'start');
    const words =
      /pg2 cannot follow pg1: it is on another timeline (\d+): it left timeline \d+ at \S+, that of pg1 at /;

    for (const command of [['plan'], ['up'], ['switchover', '--yes']])
      expectClear(lab, await lab.dbctl(...command), 4, words, 'dbctl reinit pg2');
    const status = await lab.dbctl('status', '--check');

    expectExit(status, 2);
    expect(status.stdout).toMatch(/^pg2 .* replica +parted/m);
    const refused = await followDbctl(lab, await lab.dbctl('up'), /reinit pg2/, '--yes');
    await succeed(lab, 'reinit', 'pg2', '--yes', ...advised(refused, /(--accept-loss) (\S+)/));
    await streams('pg1', 'pg2');
    await settled(lab, 'up');
  });
}
