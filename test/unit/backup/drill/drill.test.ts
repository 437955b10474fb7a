import { expect, test } from 'vitest';
import { describeDrill } from '../../../../src/backup/drill/drill-progress.ts';
import {
  chooseDrillNode,
  rpoSeconds,
  rtoSeconds,
  scheduledDrillNode,
} from '../../../../src/backup/drill/drill.ts';
import { drillAim, targetOf, type DrillFlags } from '../../../../src/backup/drill/drill-target.ts';
import type { RecoveryWindow, RestorableBackup } from '../../../../src/backup/recovery-window.ts';
import { passedDrill } from '../../../support/drills.ts';
import { pg1, pg2, shop } from '../../../support/shop.ts';
import { backupSet } from '../../../support/backup-info.ts';

const giga = 1024 ** 3;

test('a drill runs on the last replica that has room, and on the primary when none has', () => {
  const places = (primaryFree: number, replicaFree: number) => [
    { node: pg1, freeBytes: primaryFree * giga },
    { node: pg2, freeBytes: replicaFree * giga },
  ];

  expect(chooseDrillNode(places(10, 10), 4 * giga)).toBe(pg2);
  expect(chooseDrillNode(places(10, 4.9), 4 * giga)).toBe(pg1);
  expect(() => chooseDrillNode(places(1, 2), 4 * giga)).toThrow('no data host has room');
});

test('the schedule is on the last node', () => {
  expect(scheduledDrillNode(shop)).toBe(pg2);
  expect(scheduledDrillNode({ ...shop, nodes: [pg1] })).toBe(pg1);
});

test('the time to restore is copying and replaying; unknown when it did not come to that', () => {
  expect(rtoSeconds(passedDrill)).toBe(5);
  expect(rtoSeconds({ ...passedDrill, seconds: { copy: 2, replay: null, checks: null } })).toBeUndefined();
});

test.each([
  ['the cluster went on', { newestTransactionAt: 940, lastCommitAt: 1000 }, 60],
  ['it was idle', { newestTransactionAt: 940, lastCommitAt: 940 }, 0],
  ['it committed before the copy did', { newestTransactionAt: 940, lastCommitAt: 930 }, 0],
  ['nobody knows its last commit', { newestTransactionAt: 940, lastCommitAt: null }, 60],
  ['the WAL held no transaction', { newestTransactionAt: null }, undefined],
  ['an older point was wanted', { target: { type: 'time', value: 'x', isRandom: false } }, undefined],
])('work that is missing, when %s', (_, changes, seconds) => {
  expect(rpoSeconds({ ...passedDrill, startedAt: 1000, ...changes })).toBe(seconds);
});

test('progress is bytes while it copies, and words after that', () => {
  expect(describeDrill({ stage: 'copying', copiedBytes: 1.5 * giga, totalBytes: 3 * giga })).toBe(
    'copying 1.5 GB of 3.0 GB (50 %)',
  );
  expect(describeDrill({ stage: 'counting rows', copiedBytes: 0, totalBytes: undefined })).toBe(
    'counting rows',
  );
});

const backupAt = (label: string, stoppedAt: number): RestorableBackup => ({
  ...backupSet({ label, startedAt: stoppedAt - 1 }),
  ...{ stoppedAt, startLsn: '0/3000028', stopLsn: '0/4000050' },
});
const old = backupAt('old', 99);
const young = backupAt('young', 199);
const window: RecoveryWindow = {
  gaps: [],
  ranges: [{ backups: [old, young], from: { at: 100, lsn: '0/4000050' }, to: { at: 300, lsn: '0/9000000' } }],
};
const aim = (flags: DrillFlags, random = 0) => {
  const { backup, target, isRandom } = drillAim(flags, window, () => random);
  return [backup.label, target, isRandom];
};

test('without a wish, a drill restores the newest backup to the end of the archive', () => {
  expect(aim({})).toEqual(['young', { type: 'default', set: undefined }, false]);
  expect(aim({ set: 'old' })).toEqual(['old', { type: 'default', set: 'old' }, false]);
});

test('the end of the archive behind a gap is refused: a copy that ends before it proves nothing', () => {
  const gap = { fromLsn: '0/5000000', fromAt: 250, toLsn: '0/6000000', missingFiles: 1 };
  const to = (flags: DrillFlags) => () => drillAim(flags, { ...window, gaps: [gap] }, () => 0);

  expect(to({})).toThrow('WAL is missing or damaged from 0/5000000 on');
  expect(to({ type: 'immediate' })().backup.label).toBe('young');
});

test.each([
  [0, 'old', '1970-01-01T00:01:40Z'],
  [0.25, 'old', '1970-01-01T00:02:30Z'],
  [0.999, 'young', '1970-01-01T00:04:59Z'],
])('a random point (%d) starts from the newest backup before it', (random, label, value) => {
  expect(aim({ randomPoint: true }, random)).toEqual([label, { type: 'time', value }, true]);
});

test('a random point may be on either side of a gap', () => {
  const before = { ...window.ranges[0]!, backups: [old], to: { at: 150, lsn: '0/5000000' } };
  const after = { ...window.ranges[0]!, backups: [young], from: { at: 200, lsn: '0/7000000' } };
  const torn = { gaps: [], ranges: [before, after] };
  const label = (random: number) => drillAim({ randomPoint: true }, torn, () => random).backup.label;

  expect([label(0.3), label(0.4)]).toEqual(['old', 'young']);
});

test('a random point ends with the newest backup when nobody knows how far the WAL goes', () => {
  const [range] = window.ranges;
  const open = { ...window, ranges: [{ ...range!, to: { at: undefined, lsn: '0/9000000' } }] };

  expect(drillAim({ randomPoint: true }, open, () => 0.999).target).toMatchObject({
    value: '1970-01-01T00:03:19Z',
  });
});

test('a point that cannot be reached is refused, and so is a random one where there is nothing', () => {
  expect(() => aim({ type: 'time', target: '1970-01-01 00:00:10+00' })).toThrow('cannot be reached');
  expect(() => drillAim({ randomPoint: true }, { ranges: [], gaps: [] }, () => 0)).toThrow(
    'there is no backup to restore',
  );
});

test.each<[DrillFlags, string]>([
  [{ randomPoint: true, set: 'x' }, 'chooses the target'],
  [{ target: 'x' }, '--target needs its --type'],
  [{ type: 'immediate', target: 'x' }, '--target needs its --type'],
  [{ type: 'lsn' }, 'needs a --target'],
])('flags %j contradict each other', (flags, problem) => {
  expect(() => targetOf(flags)).toThrow(problem);
});
