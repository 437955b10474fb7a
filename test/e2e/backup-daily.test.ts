// The daily life of backups: made, scheduled, checked, verified, expired; judged by pgBackRest and systemd on the hosts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labNameOf, startLab, type Lab } from '../support/e2e.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';
import { stopwatch } from '../support/stopwatch.ts';
import { restoreDrill } from './chapters/backup-drill.ts';

const name = labNameOf('backup-daily');
const config = `/etc/dbctl/${name}/_pgbackrest/control.conf`;

interface Listed {
  readonly label: string;
  readonly type: string;
  readonly error: boolean | null;
}

describeOnHosts('backups, day by day', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('backup-daily', '--hosts', 'control,pg1,pg2');
    lab.configure({
      BACKUP_REPOSITORY: 'posix',
      PGBACKREST_RETENTION_FULL: '1',
      BACKUP_SCHEDULE_INCR: '"*-*-* 03:30:00"',
    });
    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica');
    await succeed(lab, 'backup', 'setup');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  const pgbackrest = (...words: readonly string[]): Promise<string> =>
    lab.shell(
      'control',
      `runuser -u postgres -- pgbackrest --config=${config} --stanza=${name} --log-level-console=off ${words.join(' ')}`,
    );

  /** Oldest first, as pgBackRest itself tells. */
  async function backups(): Promise<readonly Listed[]> {
    const [stanza] = JSON.parse(await pgbackrest('--output=json', 'info')) as { backup: Listed[] }[];
    return stanza!.backup;
  }

  const newest = async (): Promise<Listed> => (await backups()).at(-1)!;

  async function statusOfCheck(): Promise<{ exitCode: number | null; problems: string[] }> {
    const { exitCode, stdout } = await lab.dbctl('backup', 'check', '-o', 'json');
    const { findings } = JSON.parse(stdout) as { findings: { status: string; message: string }[] };
    return {
      exitCode,
      problems: findings.filter(({ status }) => status !== 'ok').map(({ message }) => message),
    };
  }

  test('a check of what was just set up is OK', async () => {
    expect(await statusOfCheck()).toEqual({ exitCode: 0, problems: [] });
  });

  test.for(['incr', 'diff'])('a backup of type %s is made when asked, from the replica', async (type) => {
    const { stdout } = await succeed(lab, 'backup', 'run', '--type', type, '-o', 'json');

    const { backup } = JSON.parse(stdout) as { backup: { label: string; from: string } };
    expect(await newest()).toMatchObject({ label: backup.label, type, error: false });
    expect(backup.from).toBe('replica');
    const manifest = await pgbackrest('repo-get', `backup/${name}/${backup.label}/backup.manifest`);
    expect(manifest).toContain('option-backup-standby=true');
  });

  test('timers of systemd make backups by themselves, and show when', async () => {
    const next = await lab.shell(
      'control',
      `systemctl show -p NextElapseUSecRealtime -p ActiveState -p UnitFileState --timestamp=utc dbctl-backup-${name}-incr.timer`,
    );
    expect(next).toMatch(/NextElapseUSecRealtime=.* 03:30:00 UTC/);
    expect(next).toContain('ActiveState=active');
    expect(next).toContain('UnitFileState=enabled');

    const before = await newest();
    await lab.shell('control', `systemctl start dbctl-backup-${name}-incr.service`);

    expect(await newest()).toMatchObject({ type: 'incr' });
    expect((await newest()).label).not.toBe(before.label);
    const { stdout } = await succeed(lab, 'backup', 'schedule');
    expect(stdout).toMatch(/^incr +control +\*-\*-\* 03:30:00 +\S+ 03:30 +success$/m);
    expect(stdout).toContain('0 changes');
  });

  test('a schedule that is off has no timer; one that is nonsense changes nothing', async () => {
    lab.configure({ BACKUP_SCHEDULE_DIFF: 'off' });
    await succeed(lab, 'backup', 'schedule');
    const timers = await lab.shell('control', `systemctl list-unit-files 'dbctl-backup-*.timer' --no-legend`);
    expect(timers).not.toContain('-diff.timer');
    expect(timers).toContain('-full.timer');

    lab.configure({ BACKUP_SCHEDULE_DIFF: '"*-*-* 99:00:00"' });
    expectExit(await lab.dbctl('backup', 'schedule'), 2);
    lab.configure({ BACKUP_SCHEDULE_DIFF: 'off' });
  });

  test('a backup goes on when dbctl is killed, and the next run follows it', async () => {
    const before = (await backups()).length;
    const first = lab.start('backup', 'run', '--type', 'diff');
    const unit = `dbctl-backup-${name}-diff-now.service`;
    await expect
      .poll(() => lab.shell('control', `systemctl is-active ${unit} || :`), { timeout: 20_000, interval: 50 })
      .toContain('active');
    first.process.kill('SIGKILL');
    await first.end;

    await succeed(lab, 'backup', 'run', '--type', 'diff');

    expect((await backups()).length).toBeGreaterThan(before);
    expect(await newest()).toMatchObject({ type: 'diff' });
    expect(await lab.shell('control', `systemctl is-active ${unit} || :`)).toContain('inactive');
  });

  test('two backups at once are made one after the other', async () => {
    const before = (await backups()).length;

    const both = await Promise.all([
      lab.dbctl('backup', 'run', '--type', 'incr'),
      lab.shell('control', `systemctl start dbctl-backup-${name}-incr.service`),
    ]);

    expectExit(both[0], 0);
    expect(await backups()).toHaveLength(before + 2);
  });

  test('a pgBackRest that somebody runs by hand is named, and left alone', async () => {
    const lock = `/var/spool/pgbackrest/${name}/lock/${name}-backup-1.lock`;
    await lab.shell(
      'control',
      `systemd-run --quiet --unit=by-hand --uid=postgres flock ${lock} sleep 60 && until lslocks | grep -q ${lock}; do sleep 0.1; done`,
    );

    const refused = await lab.dbctl('backup', 'run');

    expectExit(refused, 4);
    expect(refused.stderr).toMatch(/postgres +by-hand\.service/);
    await lab.shell('control', 'systemctl stop by-hand');
    const { problems } = await statusOfCheck();
    expect(problems.join('\n')).toMatch(/an incremental backup failed/);
    await succeed(lab, 'backup', 'run', '--type', 'incr');
    expect(await statusOfCheck()).toEqual({ exitCode: 0, problems: [] });
  });

  test('a check is CRITICAL while nodes cannot send WAL, and OK again after', async () => {
    await lab.shell('control', `systemctl stop dbctl-pgbackrest-${name}`);
    await lab.sql('pg1', 'select pg_switch_wal()');

    const broken = await statusOfCheck();

    expect(broken.exitCode).toBe(2);
    expect(broken.problems.join('\n')).toMatch(/pg1 → \S+:8432: no answer: the TLS server is down/);

    // pgBackRest itself would try for a minute.
    const elapsed = stopwatch();
    const planned = await lab.dbctl('plan');
    expectExit(planned, 10);
    expect(planned.stdout).toContain(`start dbctl-pgbackrest-${name}`);
    expect(elapsed()).toBeLessThan(45);

    await lab.shell('control', `systemctl start dbctl-pgbackrest-${name}`);
    await expect
      .poll(statusOfCheck, { timeout: 100_000, interval: 2000 })
      .toEqual({ exitCode: 0, problems: [] });
  });

  test('an expiry never removes the last full backup', async () => {
    const full = (await backups()).filter(({ type }) => type === 'full');
    expect(full).toHaveLength(1);

    await succeed(lab, 'backup', 'expire');
    expect((await backups()).map(({ label }) => label)).toContain(full[0]!.label);

    await succeed(lab, 'backup', 'run', '--type', 'full');
    const left = await backups();
    expect(left.map(({ type }) => type)).toEqual(['full']);
    expect(left[0]!.label).not.toBe(full[0]!.label);
    const { stdout } = await succeed(lab, 'backup', 'info');
    expect(stdout).toContain(left[0]!.label);
    expect(stdout).toMatch(/restorable to any second from /);
  });

  describe('a restore drill', () => restoreDrill(() => lab));

  test('a bit that flipped in the repository is found, with what it damages', async () => {
    const sound = await succeed(lab, 'backup', 'verify');
    expect(sound.stdout).toContain('everything is intact');
    const { label } = await newest();
    const bundles = `/var/lib/pgbackrest/${name}/backup/${name}/${label}/bundle`;
    const file = await lab.shell('control', `cd ${bundles} && ls -S | head -n 1`);
    await lab.shell(
      'control',
      `printf XXXX | dd of=${bundles}/${file} bs=1 seek=5000 conv=notrunc status=none`,
    );

    const damaged = await lab.dbctl('backup', 'verify');

    expectExit(damaged, 5);
    expect(damaged.stdout).toContain(`damaged: ${label}/bundle/${file} (invalid `);
    expect(damaged.stdout).toContain(`damaged backup: ${label}`);
  });

  test('monitoring hears UNKNOWN of a wrong command line, and of a control host that is gone', async () => {
    expectExit(await lab.dbctl('backup', 'check', '--nonsense'), 3);
    await lab.shell('control', 'systemctl stop ssh.socket ssh.service');
    const { exitCode } = await lab.dbctl('backup', 'check');
    expect(exitCode).toBe(3);
  });
});
