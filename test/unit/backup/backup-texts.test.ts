import { expect, test } from 'vitest';
import type { BackupInfo } from '../../../src/backup/backup-info.ts';
import { repositoryReport } from '../../../src/backup/repository-report.ts';
import type { StoredWal } from '../../../src/backup/stored-wal.ts';
import { parseInfo } from '../../../src/backup/pgbackrest-info.ts';
import { madeText } from '../../../src/backup/backup-made-text.ts';
import { repositoryText } from '../../../src/backup/repository-text.ts';
import { scheduleText } from '../../../src/backup/schedule-text.ts';
import { infoOf245, infoWithoutBackups } from './pgbackrest-samples.ts';

const name = { name: 'shop', stanza: 'shop' };
const stanzaOf = (text: string): string => (JSON.parse(text) as { name: string }[])[0]!.name;
const read = (text: string): BackupInfo => parseInfo(text, stanzaOf(text))!;

const wal = (last: string): StoredWal => ({
  archiveId: '15-1',
  name: `00000001000000000000000${last}-${'a'.repeat(40)}.zst`,
  archivedAt: 1_795_259_030,
  bytes: 1000,
});

const textOf = (info: BackupInfo, files: readonly StoredWal[]): string =>
  repositoryText(
    repositoryReport(name, {
      info,
      wal: files,
      histories: new Map(),
      leaderTimeline: undefined,
      note: undefined,
      drills: [],
    }),
  );

test('what can be restored comes first, then the backups, at most 80 columns wide', () => {
  const text = textOf(read(infoOf245), ['3', '4', '5', '6', '7', '8', '9', 'A', 'B'].map(wal));

  expect(text).toMatchInlineSnapshot(`
    "cluster shop, stanza shop: ok
    a backup runs now

    restorable to any second from 2026-11-21 11:03:43 to 2026-11-21 11:03:50 UTC

    LABEL                             TYPE STOPPED (UTC) SIZE  COPIED REPO   WAL
    20261121-110340F                  full 11-21 11:03   29 MB 29 MB  3.9 MB ok
    20261121-110340F_20261121-110344D diff 11-21 11:03   55 MB 28 MB  11 MB  ok

    WAL         9 files up to 00000001000000000000000B, 8.8 kB
    TIMELINE    1
    BACKUPS     15 MB in the repository
    LAST DRILL  never
    "
  `);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('WAL that is missing is told, with the backup that cannot be restored without it', () => {
  const text = textOf(read(infoOf245), ['3', '4', '5', '8', 'A', 'B'].map(wal));

  expect(text).toContain('WAL is missing from 0/6000000 to 0/8000000: 2 files');
  expect(text).toMatch(/D diff .* gap$/m);
});

test('without backups nothing can be restored', () => {
  expect(textOf(read(infoWithoutBackups), [])).toContain('\nnothing can be restored\n');
});

const made = {
  label: '20261121-010000F',
  type: 'full',
  askedType: 'incr',
  from: 'replica',
  passedOver: null,
  startedAt: '2026-11-21T01:00:00.000Z',
  stoppedAt: '2026-11-21T01:00:42.000Z',
  databaseBytes: 2 ** 30,
  copiedBytes: 2 ** 30,
  repositoryBytes: 2 ** 28,
  hasPageErrors: false,
} as const;

test('a backup that was made tells its source, its time and its sizes, and when it is not what was asked for', () => {
  expect(madeText({ cluster: 'shop', made })).toMatchInlineSnapshot(`
    "20261121-010000F: full backup of shop from a replica, 42 s
    1.0 GB, 1.0 GB copied, 256 MB in the repository
    a full backup, not incr: there was no backup to base it on
    "
  `);
  expect(madeText({ cluster: 'shop', made: { ...made, askedType: 'full', from: undefined } })).not.toMatch(
    /from|not/,
  );
});

test('a backup from the primary says why it is not from a replica', () => {
  const passedOver = '[082]: timeout before standby replayed to 0/7000028';

  expect(madeText({ cluster: 'shop', made: { ...made, from: 'primary', passedOver } })).toContain(
    `from the primary, 42 s\n1.0 GB, 1.0 GB copied, 256 MB in the repository\na server was passed over: ${passedOver}\n`,
  );
});

test('the schedule is one line for each work', () => {
  const unit = 'dbctl-backup-shop-incr';
  const never = { nextAt: undefined, lastAt: undefined, lastResult: undefined };
  const text = scheduleText([
    { type: 'full', host: 'control', unit, ...never, calendar: undefined },
    {
      type: 'incr',
      host: 'control',
      unit,
      calendar: '*-*-* 00/6:30:00',
      nextAt: '2026-11-21T12:30:00.000Z',
      lastAt: undefined,
      lastResult: 'success',
    },
    {
      type: 'drill',
      host: 'pg2',
      unit: 'dbctl-scheduled-drill-shop',
      ...never,
      calendar: 'Sun *-*-* 04:00:00',
    },
  ]);

  expect(text).toMatchInlineSnapshot(`
    "WHAT   ON       CALENDAR            NEXT (UTC)   LAST
    full   control  off
    incr   control  *-*-* 00/6:30:00    11-21 12:30  success
    drill  pg2      Sun *-*-* 04:00:00
    "
  `);
});
