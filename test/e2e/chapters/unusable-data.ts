// Data that no server can use as it is, notes that are gone, a file with addresses that are mixed up: every command that
// would start, stop or copy says what it saw, and what it says to type leads out.

import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import {
  advised,
  expectClear,
  expectRefused,
  expectStreaming,
  follow,
  followDbctl,
  settled,
} from '../../support/faults.ts';
import { addressOf, expectExit, succeed } from '../../support/story.ts';

const data = '/var/lib/postgresql/17/main';
const unit = 'postgresql@17-main';

/** Begins and ends with pg1 as the primary and pg2 as its replica. */
export function unusableData(theLab: () => Lab): void {
  let lab: Lab;

  const stop = (name: string): Promise<string> => lab.shell(name, `systemctl stop ${unit}`);

  beforeAll(() => {
    lab = theLab();
  });

  test.each([
    ['pg2', ['plan'], ['up'], ['restart', 'pg2'], ['restart', 'pg1', '--yes']],
    ['pg1', ['plan'], ['up'], ['restart', 'pg2'], ['reinit', 'pg2', '--yes']],
  ])('that belongs to another account is named while its server on %s runs', async (name, ...commands) => {
    await lab.shell(name, `chown -R root ${data}`);

    for (const command of commands) await expectRefused(lab, `${data} belongs to root`, ...command);
    const refused = await expectRefused(lab, `${data} belongs to root`, 'up');

    await follow(lab, name, refused, /chown -R postgres:postgres \S+/);
    // A server that had to write meanwhile may have ended.
    await succeed(lab, 'up');
  });

  test('that belongs to another account, or is readable for nobody, is named while nothing runs', async () => {
    await stop('pg2');
    await lab.shell('pg2', `chown root ${data}`);
    const refused = await expectRefused(lab, `${data} belongs to root`, 'restart', 'pg2');
    const { stdout } = await lab.dbctl('doctor');
    await follow(lab, 'pg2', refused, /chown -R postgres:postgres \S+/);

    expect(stdout).toContain('belongs to root');
    expect(stdout).not.toContain('dbctl restart pg2');
    await lab.shell('pg2', `chmod 000 ${data}/global`);
    const unread = await expectRefused(lab, 'postgres cannot read', 'restart', 'pg2');
    await follow(lab, 'pg2', unread, /namei -om \S+/);
    await lab.shell('pg2', `chmod 700 ${data}/global`);
    await succeed(lab, 'restart', 'pg2');
  });

  test.each([
    ['without a control file', `rm ${data}/global/pg_control`, 'it has no control file'],
    [
      'with a damaged control file',
      `printf 'not a timeline' | dd of=${data}/global/pg_control bs=1 seek=40 conv=notrunc`,
      'its control file is damaged',
    ],
  ])('%s is replaced when it is said that it may be lost', async (_, damage, reason) => {
    await stop('pg2');
    await lab.shell('pg2', damage);

    await expectRefused(lab, 'has no global/pg_control', 'up');
    const refused = await expectRefused(lab, 'has no global/pg_control', 'restart', 'pg2');

    const unknown = await followDbctl(lab, refused, /reinit pg2/, '--yes');

    expectClear(lab, unknown, 4, 'pg2 may have what pg1 has not', `cannot be known: ${reason}`);
    await succeed(lab, 'reinit', 'pg2', '--yes', ...advised(unknown, /(--accept-loss) (0\/0)/));
    await expectStreaming(lab, 'pg2');
  });

  test('without its version is not missing: nobody else is to be promoted', async () => {
    await lab.shell('pg1', `rm ${data}/PG_VERSION`);

    for (const command of [['plan'], ['restart', 'pg1', '--yes'], ['init-primary']])
      await expectRefused(lab, 'has no PG_VERSION', ...command);
    const refused = await expectRefused(lab, 'has no PG_VERSION', 'up');

    expect(refused.stderr).not.toContain('promote');
    await follow(lab, 'pg1', refused, /echo 17 \| install .*/);
    await settled(lab, 'up');
  });

  test('whose unit is masked is not restarted, and up lets it start', async () => {
    await lab.shell('pg2', `systemctl mask ${unit}`);
    const refused = await expectRefused(lab, 'is masked', 'restart', 'pg2');
    await stop('pg2');
    await expectRefused(lab, 'is masked', 'restart', 'pg2');

    expectExit(await followDbctl(lab, refused, /up/), 0);
    await succeed(lab, 'restart', 'pg2');
  });

  test("whose notes are gone is taken again when a person says that it is the node's", async () => {
    await lab.shell('pg2', 'rm -r /etc/dbctl /etc/postgresql/17/main');

    for (const command of [['up'], ['add-replica', 'pg2'], ['reinit', 'pg2', '--yes']])
      await expectRefused(lab, 'holds data that dbctl did not create', ...command);
    const refused = await expectRefused(lab, 'holds data that dbctl did not create', 'restart', 'pg2');
    await follow(lab, 'pg2', refused, /mkdir .*/);
    const running = await expectRefused(lab, 'its configuration is gone', 'up');
    await follow(lab, 'pg2', running, /runuser -u postgres -- \S+\/pg_ctl stop -m fast -D .*/);

    expect((await lab.dbctl('doctor')).stdout).toContain('dbctl restart pg2');
    const unknown = await expectRefused(lab, 'pg2 is not set up yet', 'restart', 'pg2');
    expectExit(await followDbctl(lab, unknown, /add-replica pg2/), 0);
    await expectStreaming(lab, 'pg2');
    await settled(lab, 'up');
  });

  test('of another node than the file says is named, and nothing is copied', async () => {
    const [pg1, pg2] = [addressOf(lab, 'pg1'), addressOf(lab, 'pg2')];
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: `pg1=${pg2}`, CLUSTER_DB_REPLICA_HOSTS: `pg2=${pg1}` });

    for (const command of [
      ['plan'],
      ['up'],
      ['add-replica'],
      ['reinit', 'pg2', '--yes'],
      ['restart', 'pg1', '--yes'],
    ]) {
      const refused = await expectRefused(lab, '/pg2, not to ', ...command);
      expect(refused.stderr).not.toContain('takes writes');
      advised(refused, /if .env.cluster gives pg1 the address of pg2, correct it there/);
    }

    lab.configure({ CLUSTER_DB_PRIMARY_HOST: `pg1=${pg1}`, CLUSTER_DB_REPLICA_HOSTS: `pg2=${pg2}` });
    await settled(lab, 'up');
  });
}
