import { expect, test } from 'vitest';
import {
  historyFileOf,
  leadsTo,
  newestTimeline,
  parseHistory,
  timelineOf,
} from '../../../src/backup/timeline.ts';
import type { BackupInfo } from '../../../src/backup/backup-info.ts';

const history =
  '1\t0/5000110\tbefore 2026-11-21 10:00:00+00\n\n# a comment\n2\t0/9000028\tno recovery target\n';
const lineage = { timeline: 3, ancestors: parseHistory(history) };

test('a history file lists where earlier timelines end', () => {
  expect(parseHistory(history)).toEqual([
    { timeline: 1, endLsn: '0/5000110' },
    { timeline: 2, endLsn: '0/9000028' },
  ]);
  expect(parseHistory('')).toEqual([]);
});

test('the timeline is in the name of a WAL file, in hexadecimal', () => {
  expect(timelineOf('0000001A0000000000000003')).toBe(26);
  expect(historyFileOf(26)).toBe('0000001A.history');
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

test('the newest timeline is that of the last WAL of the newest database', () => {
  const databases = [1, 2].map((id) => ({ id, systemIdentifier: String(id) }));
  const archives = [
    { id: '16-1', min: null, max: '000000090000000000000001' },
    { id: '17-2', min: null, max: '000000020000000000000001' },
  ];
  const info = { databases, archives } as unknown as BackupInfo;

  expect(newestTimeline(info)).toEqual({ archiveId: '17-2', timeline: 2 });
  expect(newestTimeline({ ...info, archives: [] })).toEqual({ archiveId: undefined, timeline: 1 });
});
