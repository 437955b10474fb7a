import { expect, test } from 'vitest';
import { backupUnitNow, clock } from '../../../src/backup/backup-work-query.ts';
import { backupInfo } from '../../../src/backup/pgbackrest-query.ts';
import { forgetUnit, unitState } from '../../../src/host/systemd.ts';
import { ensureFirstBackup } from '../../../src/backup/make-backup-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { infoOf255, infoWithoutBackups } from './pgbackrest-samples.ts';
import { answering, when } from '../../support/answering.ts';
import { backedUpShop, plan, run } from '../../support/shop.ts';

const { cluster, backup } = backedUpShop();
const step = ensureFirstBackup(cluster, backup);
const config = '/etc/dbctl/shop/_pgbackrest/control.conf';
const unit = backupUnitNow(cluster, 'full');
const absent = 'LoadState=not-found\nActiveState=inactive\n';
const succeeded = 'LoadState=loaded\nActiveState=active\nSubState=exited\nExecMainCode=1\nExecMainStatus=0\n';

const running = 'LoadState=loaded\nActiveState=activating\nSubState=start\n';

/** A control host with this in its repositories, and a unit of an earlier run. */
function controlWith(info: string, state = absent) {
  let now = state;
  return fakeHost(
    { [config]: '' },
    answering(
      when(backupInfo({ config, stanza: 'shop' }), info),
      when(unitState(unit), () => now),
      when(forgetUnit(unit), () => {
        now = absent;
      }),
    ),
    'control',
  );
}

test('a backup that is there is enough', async () => {
  expect((await run(step, controlWith(infoOf255).host)).status).toBe('in place');
});

test.each([
  ['no backup', infoWithoutBackups],
  ['backups only in the repository that is being left', infoOf255.replaceAll('"repo-key":1', '"repo-key":2')],
  ['no stanza', '[]'],
])('%s is not enough', async (_what, info) => {
  expect((await plan(step, controlWith(info).host)).changes).toEqual(['make the first full backup']);
});

test('on a bare host it is a plan', async () => {
  expect((await plan(step, fakeHost({}, {}, 'control').host)).status).toBe('planned');
});

test('what an earlier run made unseen is not made again, and forgotten', async () => {
  const { host, ran } = controlWith(infoOf255, succeeded);

  expect((await run(step, host)).changes).toEqual(['finish the backup that ran before']);
  expect(ran).toHaveLength(1);
  expect((await run(step, host)).status).toBe('in place');
});

test('one that is listed while its unit still runs is followed to its end', async () => {
  let looks = 0;
  const info = backupInfo({ config, stanza: 'shop' });
  const { host, ran } = fakeHost(
    { [config]: '' },
    answering(
      when(info, () => (looks === 1 ? infoWithoutBackups : infoOf255)),
      when(unitState(unit), () => {
        looks += 1;
        if (looks <= 2) return running;
        return ran.length === 0 ? succeeded : absent;
      }),
      when(forgetUnit(unit), ''),
      when(clock(), '1700000000'),
    ),
    'control',
  );

  expect((await run(step, host)).status).toBe('changed');
  expect(ran).toHaveLength(1);
});
