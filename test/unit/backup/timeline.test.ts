import { expect, test } from 'vitest';
import {
  branchesOf,
  currentArchive,
  leadsTo,
  mayBeOwn,
  ownTimeline,
  timelineOf,
  timelinesWithHistory,
  type Histories,
} from '../../../src/backup/timeline.ts';
import { historyFileOf, parseHistory } from '../../../src/model/timeline-history.ts';
import { parseHistories } from '../../../src/backup/pgbackrest-query.ts';
import type { BackupInfo, BackupSet } from '../../../src/backup/backup-info.ts';

const history =
  '1\t0/5000110\tbefore 2026-11-21 10:00:00+00\n\n# a comment\n2\t0/9000028\tno recovery target\n';
const lineage = { timeline: 3, ancestors: parseHistory(history) };

test('the timeline is in the name of a WAL file, in hexadecimal', () => {
  expect(timelineOf('0000001A0000000000000003')).toBe(26);
});

test.each([
  ['on the timeline itself', '000000030000000000000010', '0/10000050', true],
  ['on an earlier one, before it was left', '000000010000000000000004', '0/4000050', true],
  ['on an earlier one, at the very place', '000000010000000000000005', '0/5000110', true],
  ['on an earlier one, after it was left', '000000010000000000000006', '0/6000050', false],
  ['on one that is no ancestor', '000000040000000000000006', '0/6000050', false],
  ['of a server that did not run', undefined, undefined, false],
])('a backup %s leads to it or not', (_, stopWal, stopLsn, leads) => {
  expect(leadsTo({ stopWal, stopLsn }, lineage)).toBe(leads);
});

const databases = [1, 2].map((id) => ({ id, systemIdentifier: String(id) }));

test("the current archive is the newest database's", () => {
  const archives = [
    { id: '16-1', min: null, max: '000000090000000000000001' },
    { id: '17-2', min: null, max: '000000020000000000000001' },
  ];
  const info = { databases, archives } as unknown as BackupInfo;

  expect(currentArchive(info)).toBe('17-2');
  expect(currentArchive({ ...info, archives: [] })).toBeUndefined();
});

const noon = 1_795_262_400;
/** WAL of a timeline, by the numbers of its files, which arrived so many minutes after noon. */
const wal = (timeline: number, files: Readonly<Record<number, number>>) =>
  Object.entries(files).map(([segment, minutes]) => ({
    archiveId: '17-2',
    name: `0000000${timeline}000000000000000${segment}-${'a'.repeat(40)}.zst`,
    archivedAt: noon + minutes * 60,
    bytes: 100,
  }));
const historyOf = (timeline: number, minutes: number) => ({
  archiveId: '17-2',
  name: historyFileOf(timeline),
  archivedAt: noon + minutes * 60,
  bytes: 40,
});
const begun = { stopWal: '000000010000000000000003', stopLsn: '0/3000100' };
const leftAt5 = new Map([[2, [{ timeline: 1, endLsn: '0/5000110' }]]]);

test.each<[string, ReturnType<typeof wal>, Histories, typeof begun | undefined, object]>([
  ['one timeline', wal(1, { 3: 0, 4: 1 }), new Map(), begun, { timeline: 1 }],
  [
    'nothing but a backup of timeline 3',
    [],
    new Map(),
    { ...begun, stopWal: '000000030000000000000003' },
    { timeline: 3 },
  ],
  [
    'a promotion, when the old primary was gone',
    [...wal(1, { 3: 0, 4: 1 }), ...wal(2, { 5: 3 })],
    leftAt5,
    begun,
    { timeline: 2 },
  ],
  [
    'a restore, which left what came after behind',
    [...wal(1, { 3: 0, 6: 1, 7: 2 }), ...wal(2, { 5: 3 })],
    leftAt5,
    begun,
    { timeline: 2 },
  ],
  [
    'a promotion beside a primary that went on',
    [...wal(1, { 3: 0, 4: 1, 6: 4 }), ...wal(2, { 5: 3 })],
    leftAt5,
    begun,
    { timeline: undefined, candidates: [1, 2] },
  ],
  [
    'a backup that was made after the other one had left',
    [...wal(1, { 3: 0, 6: 4 }), ...wal(2, { 5: 3 })],
    leftAt5,
    { stopWal: '000000010000000000000006', stopLsn: '0/6000100' },
    { timeline: 1 },
  ],
  [
    'two promotions from the same one',
    [...wal(1, { 3: 0 }), ...wal(2, { 5: 3, 6: 6 }), ...wal(3, { 5: 4 })],
    new Map([...leftAt5, [3, [{ timeline: 1, endLsn: '0/5000200' }]]]),
    begun,
    { timeline: undefined, candidates: [2, 3] },
  ],
])('which timeline is the own one is seen from %s', (_, files, histories, newest, expected) => {
  expect(ownTimeline(files, '17-2', histories, newest)).toEqual(expected);
});

test('another timeline is foreign when it is newer than the own one, and given up when it is older', () => {
  const files = [...wal(1, { 3: 0 }), ...wal(2, { 5: 3, 6: 4 }), historyOf(2, 3), ...wal(3, { 5: 5 })];
  const of = (timeline: number, ancestors = [{ timeline: 1, endLsn: '0/5000200' }]) =>
    branchesOf(files, '17-2', { timeline, ancestors }, leftAt5);

  expect(of(1, [])).toEqual([
    {
      timeline: 2,
      parent: { timeline: 1, endLsn: '0/5000110' },
      files: 3,
      bytes: 240,
      firstAt: noon + 180,
      newestAt: noon + 240,
      isForeign: true,
    },
    expect.objectContaining({ timeline: 3, parent: undefined, isForeign: true }),
  ]);
  expect(of(3)).toEqual([expect.objectContaining({ timeline: 2, isForeign: false })]);
  expect(of(2)).toEqual([expect.objectContaining({ timeline: 3, isForeign: true })]);
});

test('what the repository alone would follow, or was backed up, may be the own timeline', () => {
  const went = [...wal(1, { 3: 0 }), ...wal(2, { 5: 3, 6: 4 })];
  const may = (files: typeof went, ...backups: readonly Partial<BackupSet>[]) => {
    const info = { databases, archives: [{ id: '17-2' }], backups } as unknown as BackupInfo;
    return mayBeOwn(2, { info, wal: files, histories: leftAt5 });
  };

  expect(may(went, begun)).toBe(true);
  expect(may([...went, ...wal(1, { 6: 9 })], begun)).toBe(true);
  expect(
    may([...went, ...wal(1, { 6: 9 })], { stopWal: '000000010000000000000006', stopLsn: '0/6000100' }),
  ).toBe(false);
  const backedUp = { stopWal: '000000020000000000000006', stopLsn: '0/6000100' };
  expect(may(went, backedUp, { stopWal: '000000010000000000000009', stopLsn: '0/9000100' })).toBe(true);
});

test('histories are listed by files, and read by timeline', () => {
  expect(timelinesWithHistory([historyOf(3, 1), historyOf(2, 0), ...wal(2, { 5: 1 })], '17-2')).toEqual([
    2, 3,
  ]);
  expect(parseHistories(`history 00000002.history\n${history}history 00000003.history\n`)).toEqual(
    new Map([[2, lineage.ancestors]]),
  );
  expect(parseHistories('')).toEqual(new Map());
});
