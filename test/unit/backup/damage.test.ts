import { expect, test } from 'vitest';
import type { BackupInfo } from '../../../src/backup/backup-info.ts';
import { damageNote, damageOf, parseDamageNote, readableWal } from '../../../src/backup/damage.ts';
import type { DrillResult } from '../../../src/backup/drill/drill.ts';

const full = '20261121-111010F';
const incr = `${full}_20261121-111032I`;
const later = '20261122-111010F';
const info = {
  backups: [{ label: full }, { label: incr, prior: full }, { label: later }],
} as unknown as BackupInfo;
const wal = '000000010000000000000007-8aa1.zst';
const found = {
  backups: [{ label: full, status: 'invalid' }],
  files: [
    { path: `${full}/bundle/3`, problem: 'invalid checksum' },
    { path: `17-1/0000000100000000/${wal}`, problem: 'invalid result' },
  ],
};
const drill = (changes: Partial<DrillResult>): DrillResult =>
  ({
    label: later,
    result: 'failed',
    checksums: 'not checked',
    error: '',
    startedAt: 140,
    finishedAt: 150,
    ...changes,
  }) as DrillResult;

test('a verification is remembered by backup and by WAL file', () => {
  const note = damageNote(found, 100);

  expect(note).toEqual({
    verifiedAt: 100,
    backups: [{ label: full, why: 'invalid checksum, found by backup verify' }],
    wal: [wal],
  });
  expect(parseDamageNote(JSON.stringify(note))).toEqual(note);
  expect(parseDamageNote(undefined)).toBeUndefined();
  expect(parseDamageNote('torn {')).toBeUndefined();
});

test('what builds on a damaged backup is damaged too; what is gone is forgotten, and a sound verification clears', () => {
  const note = damageNote(found, 100);

  expect([...damageOf(info, note).keys()]).toEqual([full, incr]);
  expect(damageOf({ ...info, backups: info.backups.slice(2) }, note).size).toBe(0);
  expect(damageOf(info, damageNote({ backups: [], files: [] }, 200)).size).toBe(0);
});

test.each<[string, Partial<DrillResult>, boolean]>([
  ['met damaged pages', { checksums: 'failed' }, true],
  ['met damaged pages before the last verification', { checksums: 'failed', finishedAt: 50 }, true],
  [
    'met a damaged file',
    { error: `the backup ${later} could not be restored:\nERROR: [042]: zst error` },
    true,
  ],
  [
    'met a damaged file that was put right since',
    { error: 'could not be restored: checksum', finishedAt: 50 },
    false,
  ],
  ['had no room', { error: 'not enough room for a copy' }, false],
  ['failed at a check', { error: 'a check failed' }, false],
])('a drill that %s', (_, changes, isDamaged) => {
  expect(damageOf(info, damageNote({ backups: [], files: [] }, 100), [drill(changes)]).has(later)).toBe(
    isDamaged,
  );
});

test('a drill that passes clears its backup', () => {
  const drills = [drill({ checksums: 'failed' }), drill({ result: 'passed', finishedAt: 160 })];

  expect(damageOf(info, undefined, drills).size).toBe(0);
});

test('a drill that passed before the verification does not clear what that found', () => {
  const passed = drill({ label: full, result: 'passed', finishedAt: 90 });

  expect(damageOf(info, damageNote(found, 100), [passed]).has(full)).toBe(true);
  expect(damageOf(info, damageNote(found, 100), [{ ...passed, finishedAt: 110 }]).has(full)).toBe(false);
});

test('a damaged WAL file is none, until another one arrives', () => {
  const note = damageNote(found, 100);
  const file = { name: wal, archivedAt: 90 };

  expect(readableWal([file], note)).toEqual([]);
  expect(readableWal([{ ...file, archivedAt: 110 }], note)).toHaveLength(1);
  expect(readableWal([file], undefined)).toHaveLength(1);
});
