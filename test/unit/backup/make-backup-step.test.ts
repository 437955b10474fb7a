import { expect, test } from 'vitest';
import { CommandError, RefusedError } from '../../../src/model/errors.ts';
import { makeNewBackup } from '../../../src/backup/make-backup-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { infoOf255, infoWithoutBackups } from './pgbackrest-samples.ts';
import { backedUpShop, run } from '../../support/shop.ts';

const { cluster, backup } = backedUpShop();
const states = {
  absent: 'LoadState=not-found\nActiveState=inactive\n',
  running: 'LoadState=loaded\nActiveState=active\nSubState=running\n',
  succeeded: 'LoadState=loaded\nActiveState=active\nSubState=exited\nExecMainCode=1\nExecMainStatus=0\n',
};
const failed = (code: number): string =>
  `LoadState=loaded\nActiveState=failed\nResult=exit-code\nExecMainCode=1\nExecMainStatus=${code}\nInvocationID=0a1b\n`;

/** A control host on which a backup ends like that, after which this is in the repository. */
function controlWhereBackup(
  end: string,
  { info = infoOf255, before = states.absent, there = infoWithoutBackups, clock = 1 } = {},
) {
  let state = before;
  let content = there;
  return fakeHost(
    {},
    (argv) => {
      const line = argv.join(' ');
      if (argv[0] === 'date') return `${clock}\n`;
      if (line.includes('list-units')) return '';
      if (line.includes('lslocks')) return '42 postgres cron.service pgbackrest backup\n';
      if (argv[0] === 'journalctl')
        return 'P00  ERROR: [056]: unable to find primary cluster - cannot proceed\n';
      if (line.endsWith(' info')) return content;
      if (argv[0] === 'systemctl' && argv[1] === 'show') return state;
      if (argv[0] === 'systemd-run') {
        state = end;
        content = info;
      }
      if (argv[0] === 'sh') state = states.absent;
      return '';
    },
    'control',
  );
}

const newBackup = () => makeNewBackup(cluster, backup, 'incr');

test('a backup is made, and seen in the repository', async () => {
  const { host, ran } = controlWhereBackup(states.succeeded);

  expect((await run(newBackup(), host)).changes).toEqual(['make an incremental backup']);
  expect(ran.filter((line) => line.startsWith('systemd-run'))).toHaveLength(1);
  expect(ran[0]).toContain('--unit=dbctl-backup-shop-incr-now');
});

test('one that ended unseen is no new backup', async () => {
  const { host, ran } = controlWhereBackup(states.succeeded, { before: states.succeeded });

  await run(newBackup(), host);

  expect(ran.filter((line) => line.startsWith('systemd-run'))).toHaveLength(1);
});

test('backups that ended before it was begun do not count', async () => {
  const { host } = controlWhereBackup(states.succeeded, { clock: 9_999_999_999 });

  await expect(run(newBackup(), host)).rejects.toThrow('its effect could not be verified');
});

test('a backup that somebody else made a moment ago is not what was asked for', async () => {
  const { host, ran } = controlWhereBackup(states.succeeded, { there: infoOf255 });

  expect((await run(newBackup(), host)).changes).toEqual(['make an incremental backup']);
  expect(ran.filter((line) => line.startsWith('systemd-run'))).toHaveLength(1);
});

test.each([
  {
    reason: 'a pgBackRest of somebody else is named',
    end: failed(50),
    error: RefusedError,
    says: '42 postgres cron.service pgbackrest backup',
  },
  { reason: 'waiting has an end', end: failed(75), error: CommandError, says: 'ran for hours' },
  {
    reason: 'pgBackRest tells why it failed',
    end: failed(56),
    error: CommandError,
    says: '[056]: unable to find primary cluster',
  },
])('$reason', async ({ end, error, says }) => {
  const { host } = controlWhereBackup(end, { info: infoWithoutBackups });

  const failure: unknown = await run(newBackup(), host).catch((thrown: unknown) => thrown);

  expect(failure).toBeInstanceOf(error);
  expect((failure as CommandError).why).toContain(says);
});
