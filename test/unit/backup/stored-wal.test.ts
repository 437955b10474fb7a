import { expect, test } from 'vitest';
import type { BackupInfo, BackupSet } from '../../../src/backup/backup-info.ts';
import { hasItsWal, ownWal, type StoredWal } from '../../../src/backup/stored-wal.ts';

const wal = (timeline: number, segment: number, archiveId = '17-1'): StoredWal => ({
  archiveId,
  name: `0000000${timeline}000000000000000${segment.toString(16).toUpperCase()}-${'a'.repeat(40)}.zst`,
  archivedAt: segment,
  bytes: 1,
});
const other = (name: string): StoredWal => ({ archiveId: '17-1', name, archivedAt: 0, bytes: 1 });
const info = { databases: [{ id: 1 }] } as unknown as BackupInfo;
const backup = {
  startWal: `${'00000001'.padEnd(23, '0')}3`,
  stopWal: `${'00000001'.padEnd(23, '0')}5`,
  databaseId: 1,
};

const names = (files: readonly StoredWal[]): readonly string[] =>
  files.map(({ name }) => name.slice(7, 8) + name.slice(23, 24));

test('.history and .backup files, partial files and those of an earlier database are no WAL of its own', () => {
  const files = [
    wal(1, 3),
    wal(1, 4, '15-2'),
    other('00000002.history'),
    other('000000010000000000000003.00000028.backup'),
    other('000000010000000000000004.partial'),
  ];

  expect(names(ownWal(info, files, undefined))).toEqual(['13']);
});

test('what an abandoned timeline wrote after it was left belongs to nobody', () => {
  const files = [wal(1, 3), wal(1, 4), wal(1, 5), wal(2, 4), wal(2, 5), wal(3, 4)];
  const lineage = { timeline: 2, ancestors: [{ timeline: 1, endLsn: '0/4000100' }] };

  expect(names(ownWal(info, files, lineage))).toEqual(['13', '14', '24', '25']);
});

test.each([
  { reason: 'all of it', files: [wal(1, 3), wal(1, 4), wal(1, 5)], expected: true },
  { reason: 'one in the middle is missing', files: [wal(1, 3), wal(1, 5)], expected: false },
  { reason: 'the last is on another timeline', files: [wal(1, 3), wal(1, 4), wal(2, 5)], expected: false },
  { reason: 'they are of another database', files: [3, 4, 5].map((n) => wal(1, n, '17-2')), expected: false },
])('whether a backup has its WAL: $reason', ({ files, expected }) => {
  expect(hasItsWal(backup as BackupSet, files)).toBe(expected);
});

test('the note about a backup is not its first WAL file', () => {
  const files = [other(`${backup.startWal}.00000028.backup`), wal(1, 4), wal(1, 5)];

  expect(hasItsWal(backup as BackupSet, files)).toBe(false);
});

test('a backup without WAL of its own has none', () => {
  expect(hasItsWal({ ...backup, startWal: undefined } as BackupSet, [])).toBe(false);
});
