import { textsOf } from '../../../src/engine/step.ts';
import { expect, test } from 'vitest';
import { calendarInterval, normalCalendar, parseTimerStates } from '../../../src/system/timer.ts';
import { removalsOf } from '../../../src/backup/backup-work-query.ts';
import { parseStoredWal } from '../../../src/backup/repository-list-query.ts';

test('a timer tells what it goes by, when it runs next, and how it went', () => {
  const said = `Result=success
Id=other.timer
ActiveState=inactive

Result=success
TimersCalendar={ OnCalendar=*-*-* 02:00:00 ; next_elapse=Sun 2026-11-22 02:00:00 UTC }
NextElapseUSecRealtime=Sun 2026-11-22 02:00:00.000000 UTC
Id=daily.timer
ActiveState=active
UnitFileState=enabled
NeedDaemonReload=no

Result=success
ExecMainExitTimestamp=Sat 2026-11-21 02:00:05.123456 UTC
Id=daily.service
ActiveState=inactive
NeedDaemonReload=yes
`;

  expect(parseTimerStates(said, ['daily'])[0]).toEqual({
    isEnabled: true,
    isActive: true,
    calendar: '*-*-* 02:00:00',
    isOutdated: true,
    nextAt: Date.parse('2026-11-22T02:00:00Z') / 1000,
    lastAt: Date.parse('2026-11-21T02:00:05Z') / 1000,
    lastResult: 'success',
  });
});

test('a timer that is not there is off', () => {
  const said = 'UnitFileState=\nId=daily.timer\nActiveState=inactive\n\nId=daily.service\nResult=success\n';
  expect(parseTimerStates(said, ['daily'])[0]).toEqual({
    isEnabled: false,
    isActive: false,
    calendar: undefined,
    isOutdated: false,
    nextAt: undefined,
    lastAt: undefined,
    lastResult: undefined,
  });
});

test('systemd says how it understands an expression, and how often that is', () => {
  const said = `Normalized form: Sun *-*-* 01:00:00
    Next elapse: Sun 2026-11-22 01:00:00 UTC
       From now: 13h left
   Iteration #2: Sun 2026-11-29 01:00:00 UTC
       From now: 1 week 0 days left
`;

  expect(normalCalendar('Sun 01:00').parse(said)).toBe('Sun *-*-* 01:00:00');
  expect(calendarInterval('Sun 01:00').parse(said)).toBe(7 * 86_400);
  expect(normalCalendar('nonsense').parse('')).toBeUndefined();
  expect(calendarInterval('2027-01-01').parse('')).toBeUndefined();
});

test('a dry expiry names what would go', () => {
  const said = `P00   INFO: [DRY-RUN] repo1: expire full backup 20261121-112758F
P00   INFO: [DRY-RUN] repo1: remove expired backup 20261121-112758F
P00   INFO: [DRY-RUN] repo1: 17-1 remove archive, start = 000000010000000000000018, stop = 000000010000000000000019
P00   INFO: [DRY-RUN] repo1: 17-1 no archive to remove
`;

  expect(textsOf(removalsOf(said))).toEqual([
    'remove the backup 20261121-112758F',
    'remove WAL from 000000010000000000000018 to 000000010000000000000019',
  ]);
});

test('files of WAL are listed with where they belong; directories are not', () => {
  const listed = {
    '.': { type: 'path' },
    '17-1/0000000100000000': { type: 'path' },
    '17-1/0000000100000000/000000010000000000000003-8b47.zst': { type: 'file', size: 688, time: 17 },
    '17-1/00000002.history': { type: 'file', size: 40, time: 18 },
    'archive.info': { type: 'file', size: 400, time: 1 },
  };

  expect(parseStoredWal(JSON.stringify(listed))).toEqual([
    { archiveId: '17-1', name: '000000010000000000000003-8b47.zst', bytes: 688, archivedAt: 17 },
    { archiveId: '17-1', name: '00000002.history', bytes: 40, archivedAt: 18 },
  ]);
  expect(parseStoredWal('')).toEqual([]);
});
