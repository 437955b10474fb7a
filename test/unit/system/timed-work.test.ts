import { expect, test } from 'vitest';
import { ConfigError } from '../../../src/model/errors.ts';
import { startService } from '../../../src/system/service-step.ts';
import { normalCalendar, timerState } from '../../../src/system/timer.ts';
import { ensureSchedule } from '../../../src/backup/schedule-step.ts';
import type { Step } from '../../../src/engine/step.ts';
import type { Host } from '../../../src/host/host.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when } from '../../support/answering.ts';
import { backedUpShop, plan, run } from '../../support/shop.ts';

const types = ['full', 'diff', 'incr'] as const;
const calendars = { full: 'Sun *-*-* 01:00:00', diff: '*-*-* 02:00:00', incr: '*-*-* 00/6:30:00' };

const running = (name: string, calendar: string): string =>
  `Id=${name}.timer\nUnitFileState=enabled\nActiveState=active\nNeedDaemonReload=no\nTimersCalendar={ OnCalendar=${calendar} ; next_elapse=n/a }\n`;

/** A control host whose systemd understands the expressions of the defaults, and no other. */
function controlWithSystemd() {
  const started = new Set<string>();
  return fakeHost(
    {},
    answering(
      ...types.flatMap((type) => {
        const name = `dbctl-backup-shop-${type}`;
        return [
          when(normalCalendar(calendars[type]), `Normalized form: ${calendars[type]}\n`),
          when(timerState(name), () =>
            started.has(name) ? running(name, calendars[type]) : 'ActiveState=inactive\n',
          ),
          when(startService(`${name}.timer`), () => void started.add(name)),
        ];
      }),
      when(normalCalendar('*-*-* 99:00:00'), ''),
    ),
    'control',
  );
}

async function runAll(steps: readonly Step[], host: Host): Promise<readonly string[]> {
  const changes: string[] = [];
  for (const step of steps) changes.push(...(await run(step, host)).changes);
  return changes;
}

test('every type gets a service and a timer; a second run changes nothing', async () => {
  const { cluster, backup } = backedUpShop();
  const { host } = controlWithSystemd();
  const steps = ensureSchedule(cluster, backup);

  expect(await runAll(steps, host)).toHaveLength(10);
  expect(await runAll(steps, host)).toEqual([]);
});

test('a scheduled backup waits for the one before it, as postgres', async () => {
  const { cluster, backup } = backedUpShop();
  const { host } = controlWithSystemd();
  await runAll(ensureSchedule(cluster, backup), host);

  const service = await host.readFile('/etc/systemd/system/dbctl-backup-shop-diff.service');

  expect(service?.content).toContain('User=postgres\n');
  expect(service?.content).toMatch(
    /^ExecStart=\/bin\/sh \/usr\/local\/lib\/dbctl\/noted.sh \/var\/spool\/pgbackrest\/shop\/last-diff \/usr\/bin\/flock --timeout=21600 \S+ \/var\/spool\/pgbackrest\/shop\.lock \/usr\/bin\/pgbackrest .* --type=diff backup$/m,
  );
});

test('an expression that systemd does not understand stops everything before anything is written', async () => {
  const { cluster, backup } = backedUpShop({ BACKUP_SCHEDULE_DIFF: '*-*-* 99:00:00' });
  const { host, ran } = controlWithSystemd();

  await expect(runAll(ensureSchedule(cluster, backup), host)).rejects.toThrow(ConfigError);
  expect(ran).toEqual([]);
  expect(await host.readFile('/etc/systemd/system/dbctl-backup-shop-full.service')).toBeUndefined();
});

test('a type that is off keeps its service, and loses its timer', async () => {
  const { cluster, backup } = backedUpShop();
  const { host } = controlWithSystemd();
  await runAll(ensureSchedule(cluster, backup), host);

  const off = backedUpShop({ BACKUP_SCHEDULE_DIFF: 'off' });
  const planned: string[] = [];
  for (const step of ensureSchedule(off.cluster, off.backup))
    planned.push(...(await plan(step, host)).changes);

  expect(planned).toEqual(['remove dbctl-backup-shop-diff.timer']);
});
