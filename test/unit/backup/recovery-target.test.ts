import { expect, test } from 'vitest';
import type { BackupInfo, BackupSet } from '../../../src/backup/backup-info.ts';
import { formatLsn, parseLsn, startOfWal } from '../../../src/model/lsn.ts';
import {
  chooseBackup,
  describeRange,
  describeTarget,
  parseTargetTime,
  type RecoveryTarget,
} from '../../../src/backup/recovery-target.ts';
import { recoveryWindow, type RecoveryFacts } from '../../../src/backup/recovery-window.ts';
import { findGaps } from '../../../src/backup/wal-gaps.ts';
import { backupSet, infoWith } from '../../support/backup-info.ts';

const at = (time: string): number => Date.parse(`2026-11-${time}Z`) / 1000;

const backup = (changes: Partial<BackupSet> & Pick<BackupSet, 'label' | 'stoppedAt'>): BackupSet =>
  backupSet({
    startedAt: changes.stoppedAt - 60,
    stopLsn: '0/4000050',
    stopWal: '000000010000000000000004',
    ...changes,
  });

const full = backup({ label: 'F1', stoppedAt: at('19T02:00:00') });
const incr = backup({
  label: 'F1_I1',
  type: 'incr',
  prior: 'F1',
  stoppedAt: at('20T02:00:00'),
  startLsn: '0/8000028',
  stopLsn: '0/9000050',
});

const infoOf = (backups: readonly BackupSet[], max: string | null = '00000001000000000000000B'): BackupInfo =>
  infoWith(backups, max);

const now: RecoveryFacts = { archivedAt: at('21T10:00:00') };
const window = recoveryWindow(infoOf([full, incr]), now);
const gap = { fromLsn: '0/6000000', fromAt: at('19T08:00:00'), toLsn: '0/7000000', missingFiles: 1 };
const torn = recoveryWindow(infoOf([full, incr]), { ...now, gaps: [gap] });

const labels = (facts: RecoveryFacts, ...backups: readonly BackupSet[]): readonly string[] =>
  recoveryWindow(infoOf(backups), facts).ranges.flatMap((range) => range.backups.map(({ label }) => label));

test('the window goes from the end of the oldest backup to the end of the newest WAL', () => {
  expect(window.ranges.map(describeRange)).toEqual([
    'from 2026-11-19T02:00:01Z (0/4000050) to 2026-11-21T10:00:00Z (0/C000000)',
  ]);
});

test('WAL of an earlier database does not count', () => {
  const info = infoOf([full], null);
  const archives = [...info.archives, { id: '15-9', min: null, max: '0000000100000000000000FF' }];

  expect(recoveryWindow({ ...info, archives }, now).ranges[0]?.to.lsn).toBe('0/4000050');
});

test('WAL files of another size end elsewhere', () => {
  const facts = { ...now, segmentBytes: 64 * 1024 ** 2 };

  expect(recoveryWindow(infoOf([full]), facts).ranges[0]?.to.lsn).toBe('0/30000000');
});

test('a backup may end behind the last WAL that is listed', () => {
  const info = infoOf([full, incr], '000000010000000000000005');

  expect(recoveryWindow(info, now).ranges[0]?.to.lsn).toBe('0/9000050');
});

test('a gap in the WAL makes two ranges', () => {
  expect(torn.ranges.map(describeRange)).toEqual([
    'from 2026-11-19T02:00:01Z (0/4000050) to 2026-11-19T08:00:00Z (0/6000000)',
    'from 2026-11-20T02:00:01Z (0/9000050) to 2026-11-21T10:00:00Z (0/C000000)',
  ]);
});

test('without WAL in the archive the window ends where the newest backup does', () => {
  const { ranges } = recoveryWindow(infoOf([full], null), { archivedAt: undefined });

  expect(ranges.map(describeRange)).toEqual(['from 2026-11-19T02:00:01Z (0/4000050) to 0/4000050']);
});

test('a backup is newer than the last WAL that was seen arriving', () => {
  const { ranges } = recoveryWindow(infoOf([full]), { archivedAt: at('18T00:00:00') });

  expect(ranges[0]?.to.at).toBe(full.stoppedAt + 1);
});

test.each<[why: string, facts: RecoveryFacts, backups: readonly BackupSet[], usable: readonly string[]]>([
  ['all sound backups count', now, [full, incr], ['F1', 'F1_I1']],
  ['page errors are not restored by default', now, [full, { ...incr, hasPageErrors: true }], ['F1']],
  ['nor is what builds on such a backup', now, [{ ...full, hasPageErrors: true }, incr], []],
  [
    'unless asked for',
    { ...now, withPageErrors: true },
    [{ ...full, hasPageErrors: true }, incr],
    ['F1', 'F1_I1'],
  ],
  ['a backup without the one it builds on is none', now, [incr], []],
  [
    'a backup of another repository is not what it builds on',
    now,
    [{ ...full, repository: 2 }, incr],
    ['F1'],
  ],
  ['an earlier database is another one', now, [{ ...full, databaseId: 0 }], []],
  ['a backup without WAL positions has no place in the window', now, [{ ...full, startLsn: undefined }], []],
  ['nor one without an end', now, [{ ...full, stopLsn: undefined }], []],
  [
    'a backup with a gap in its own WAL cannot be made whole',
    { ...now, gaps: [{ ...gap, fromLsn: '0/3800000', toLsn: '0/3900000' }] },
    [full, incr],
    ['F1_I1'],
  ],
])('%s', (_, facts, backups, usable) => {
  expect(labels(facts, ...backups)).toEqual(usable);
});

test.each<[why: string, target: RecoveryTarget, label: string]>([
  ['the end of the WAL is nearest to the newest backup', { type: 'default' }, 'F1_I1'],
  ['the end of a backup is that of the newest', { type: 'immediate' }, 'F1_I1'],
  ['or of the one that is named', { type: 'immediate', set: 'F1' }, 'F1'],
  ['the newest backup before the time', { type: 'time', value: '2026-11-20 02:00:01+00' }, 'F1_I1'],
  [
    'in its last second a backup may not be whole',
    { type: 'time', value: '2026-11-20 02:00:00.9 UTC' },
    'F1',
  ],
  ['a zone shifts the time', { type: 'time', value: '2026-11-20T03:00:00+01:00' }, 'F1'],
  ['the last moment of the window', { type: 'time', value: '2026-11-21 10:00:00Z' }, 'F1_I1'],
  ['the newest backup before the position', { type: 'lsn', value: '0/9000050' }, 'F1_I1'],
  ['one byte earlier', { type: 'lsn', value: '0/900004F' }, 'F1'],
  ['a transaction may be anywhere', { type: 'xid', value: '774' }, 'F1_I1'],
  ['a named point may be anywhere', { type: 'name', value: 'before the change' }, 'F1_I1'],
  ['in an older backup, when it is named', { type: 'name', value: 'before', set: 'F1' }, 'F1'],
])('%s', (_, target, label) => {
  expect(chooseBackup(target, window)).toMatchObject({ backup: { label } });
});

const whole = 'from 2026-11-19T02:00:01Z (0/4000050) to 2026-11-21T10:00:00Z (0/C000000)';
const zone = 'is not a time with a zone, such as "2026-11-21 10:00:00+00" or "2026-11-21 10:00:00 UTC"';

test.each<[why: string, target: RecoveryTarget, reason: string]>([
  [
    'before the oldest backup',
    { type: 'time', value: '2026-11-19 02:00:00Z' },
    `time 2026-11-19 02:00:00Z cannot be reached: every point can be restored ${whole}`,
  ],
  [
    'after the newest WAL',
    { type: 'time', value: '2026-11-21 10:00:01Z' },
    `time 2026-11-21 10:00:01Z cannot be reached: every point can be restored ${whole}`,
  ],
  [
    'before the oldest backup, by position',
    { type: 'lsn', value: '0/400004F' },
    `lsn 0/400004F cannot be reached: every point can be restored ${whole}`,
  ],
  [
    'after the newest WAL, above what a text would compare',
    { type: 'lsn', value: '1/0' },
    `lsn 1/0 cannot be reached: every point can be restored ${whole}`,
  ],
  [
    'before the backup that was named',
    { type: 'time', value: '2026-11-19 12:00:00Z', set: 'F1_I1' },
    'time 2026-11-19 12:00:00Z cannot be reached, starting at the backup F1_I1: every point can be restored ' +
      'from 2026-11-20T02:00:01Z (0/9000050) to 2026-11-21T10:00:00Z (0/C000000)',
  ],
  ['a backup that is not there', { type: 'default', set: 'F9' }, 'there is no usable backup F9'],
  ['a time without a zone', { type: 'time', value: '2026-11-20 10:00:00' }, `"2026-11-20 10:00:00" ${zone}`],
  ['no position', { type: 'lsn', value: '16' }, '"16" is not an LSN such as 16/B374D848'],
  ['no transaction', { type: 'xid', value: '0x1' }, '"0x1" is not a transaction id'],
  ['a name of no length', { type: 'name', value: '' }, '"" is not the name of a restore point'],
])('%s is refused, with what can be restored', (_, target, reason) => {
  expect(chooseBackup(target, window)).toEqual({ reason });
});

test('in a gap nothing can be restored; both ranges are named', () => {
  const reason = expect.stringContaining(`can be restored ${torn.ranges.map(describeRange).join(', and ')}`);

  expect(chooseBackup({ type: 'time', value: '2026-11-19 12:00:00Z' }, torn)).toEqual({ reason });
  expect(chooseBackup({ type: 'lsn', value: '0/6500000' }, torn)).toEqual({ reason });
  expect(chooseBackup({ type: 'lsn', value: '0/5000000' }, torn)).toMatchObject({ backup: { label: 'F1' } });
});

test('a target is named by its type and value', () => {
  expect(describeTarget({ type: 'xid', value: '774' })).toBe('xid 774');
  expect(describeTarget({ type: 'immediate' })).toBe('immediate');
});

test('without a backup nothing can be restored', () => {
  const empty = recoveryWindow({ ...infoOf([]), databases: [], archives: [] }, now);

  expect(chooseBackup({ type: 'default' }, empty)).toEqual({ reason: 'there is no backup to restore' });
});

test('while nobody knows when WAL arrived, no later time is refused', () => {
  const unknown = recoveryWindow(infoOf([full]), { archivedAt: undefined });

  expect(chooseBackup({ type: 'time', value: '2030-01-01 00:00:00Z' }, unknown)).toMatchObject({
    backup: {},
  });
});

test.each([
  ['2026-11-21 10:00:00+00', at('21T10:00:00')],
  ['2026-11-21T10:00:00.5Z', at('21T10:00:00') + 0.5],
  ['2026-11-21 10:00:00 UTC', at('21T10:00:00')],
  ['2026-11-21 10:00 gmt', at('21T10:00:00')],
  ['2026-11-21 10:00:00-0330', at('21T13:30:00')],
  ['2026-11-21 10:00:00', undefined],
  ['2026-11-21', undefined],
  ['2026-02-30 10:00:00Z', undefined],
  ['2026-13-01 10:00:00Z', undefined],
  ['2026-11-21 25:00:00Z', undefined],
  ['now', undefined],
])('the time %j is read as %s', (text, seconds) => {
  expect(parseTargetTime(text)).toBe(seconds);
});

test('positions are 64-bit numbers', () => {
  expect(parseLsn('FFFFFFFF/FFFFFFFF')).toBe(2n ** 64n - 1n);
  expect(formatLsn(parseLsn('16/b374d848')!)).toBe('16/B374D848');
  expect(parseLsn('0/123456789')).toBeUndefined();
  expect(startOfWal('0000000200000001000000FF')).toBe(parseLsn('1/FF000000'));
  expect(startOfWal('000000010000000000000003', 64 * 1024 ** 2)).toBe(parseLsn('0/C000000'));
  expect(startOfWal('00000002.history')).toBeUndefined();
});

test.each<[why: string, names: readonly string[], gaps: readonly string[]]>([
  ['no WAL, no gap', [], []],
  ['one after the other', ['1:3', '1:4', '1:5'], []],
  ['a listing in any order', ['1:4', '1:3'], []],
  ['a file is missing', ['1:3', '1:5'], ['0/4000000 0/5000000 1']],
  ['two gaps, one of two files', ['1:3', '1:5', '1:8'], ['0/4000000 0/5000000 1', '0/6000000 0/8000000 2']],
  ['a new timeline begins in the file in which the old one ended', ['1:3', '1:4', '2:4', '2:5'], []],
  ['or right behind it', ['1:3', '2:4'], []],
  ['or earlier', ['1:3', '1:6', '2:5'], ['0/4000000 0/6000000 2']],
  ['a new timeline without its beginning', ['1:3', '2:5'], ['0/4000000 0/5000000 1']],
])('%s', (_, names, gaps) => {
  const files = names.map((name, index) => {
    const [timeline = '', segment = ''] = name.split(':');
    return { name: `${timeline.padStart(8, '0')}${segment.padStart(16, '0')}`, archivedAt: index };
  });
  const others = ['00000002.history', '000000010000000000000009.partial'].map((name) => ({
    name,
    archivedAt: 0,
  }));

  const found = findGaps([...files, ...others]);

  expect(found.map((one) => `${one.fromLsn} ${one.toLsn} ${one.missingFiles}`)).toEqual(gaps);
});

test('a gap says when the last WAL before it arrived; pgBackRest adds a checksum to the name', () => {
  const sum = 'a'.repeat(40);
  const files = [
    { name: `000000010000000000000003-${sum}.gz`, archivedAt: 7 },
    { name: `000000010000000000000005-${sum}`, archivedAt: 9 },
  ];

  expect(findGaps(files)).toMatchObject([{ fromAt: 7, missingFiles: 1 }]);
});
