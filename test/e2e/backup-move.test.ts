// Backups move from the control host's disk to an object store, and no moment is left without one to restore from.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectWalArrives, pgbackrestOn } from '../support/backup-story.ts';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { checksum, makeRows, now } from '../support/restore-story.ts';
import { describeOnHosts, patienceMs, succeed } from '../support/story.ts';

interface Info {
  readonly backup: readonly { readonly type: string; readonly database: { readonly 'repo-key': number } }[];
}

describeOnHosts('backups that move to another repository', () => {
  let lab: Lab;
  let rows: string;
  let before: string;

  const backups = async (): Promise<readonly string[]> => {
    const answer = await pgbackrestOn(lab, 'control', '--log-level-console=off --output=json info');
    return (JSON.parse(answer) as Info[])[0]!.backup.map(
      ({ type, database }) => `${type} in ${database['repo-key']}`,
    );
  };
  const restore = async (port: number, target: string): Promise<string> => {
    await succeed(lab, 'backup', 'restore', '--type=time', `--target=${target}`, `--to=pg1:${port}`);
    return checksum(lab, 'pg1', 'orders', port);
  };

  beforeAll(async () => {
    lab = await startLabWithBackups('move', 'posix', '--hosts', 'control,pg1');
    await succeed(lab, 'init-primary');
    await succeed(lab, 'backup', 'setup');
    await makeRows(lab, 'orders');
    rows = await checksum(lab, 'pg1', 'orders');
    before = await now(lab);
    copyFileSync(join(lab.directory, '.env.cluster'), join(lab.directory, 'before.env'));
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('both get the WAL from the moment of the move, and the new one a full backup', async () => {
    lab.configure({ BACKUP_REPOSITORY: 'versitygw', BACKUP_MOVE_FROM: 'before.env' });

    await succeed(lab, 'backup', 'setup');

    expect(await backups()).toEqual(['full in 2', 'full in 1']);
    for (const repository of [1, 2]) await expectWalArrives(lab, 'pg1', `--repo=${repository}`);
    expect((await succeed(lab, 'backup', 'setup')).stdout.trim()).toBe('0 changes');
  });

  test('meanwhile a time before the move comes back, and so does one after it', async () => {
    expect(await restore(5501, before)).toBe(rows);

    await lab.sql('pg1', 'delete from orders where n % 2 = 0', 'app');
    const half = await checksum(lab, 'pg1', 'orders');
    const after = await now(lab);
    await lab.sql('pg1', 'drop table orders', 'app');
    expect(await restore(5502, after)).toBe(half);
  });

  test('when the move is finished the new repository stands alone, and the old files stay', async () => {
    lab.configure({ BACKUP_MOVE_FROM: undefined });

    await succeed(lab, 'backup', 'setup');

    expect(await backups()).toEqual(['full in 1']);
    await pgbackrestOn(lab, 'pg1', 'check');
    const directory = `/var/lib/pgbackrest/${lab.env['CLUSTER_NAME']}/backup`;
    expect(await lab.shell('control', `find ${directory} -name backup.manifest | wc -l`)).not.toBe('0');
    expect((await succeed(lab, 'backup', 'setup')).stdout.trim()).toBe('0 changes');
  });
});
