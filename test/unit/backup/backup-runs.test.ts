import { expect, test } from 'vitest';
import { failedBackups, type BackupRun } from '../../../src/backup/backup-runs.ts';
import { parseRuns } from '../../../src/backup/backup-runs-facts.ts';

const run = (changes: Partial<BackupRun> = {}): BackupRun => ({
  type: 'diff',
  beganAt: 100,
  end: { at: 110, exitCode: 69 },
  complaints: ['[069]: not a symlink'],
  ...changes,
});

const failed = (
  last: BackupRun,
  made: Parameters<typeof failedBackups>[1],
  running: BackupRun['type'][] = [],
) => failedBackups({ last: [last], running }, made).map(({ why }) => why);

test.each([
  ['nothing was made since', [{ type: 'full', stoppedAt: 90 }], ['[069]: not a symlink']],
  ['one of its type was made', [{ type: 'diff', stoppedAt: 120 }], []],
  ['a fuller one was made', [{ type: 'full', stoppedAt: 120 }], []],
  ['a lesser one was made', [{ type: 'incr', stoppedAt: 120 }], ['[069]: not a symlink']],
] as const)('a backup that failed: %s', (_, made, whys) => {
  expect(failed(run(), made)).toEqual(whys);
});

test('one that succeeded, or runs, has not failed; one that was cut off has', () => {
  expect(failed(run({ end: { at: 110, exitCode: 0 } }), [])).toEqual([]);
  expect(failed(run({ end: undefined }), [], ['diff'])).toEqual([]);
  expect(failed(run({ end: undefined }), [], ['full'])).toEqual(['it was cut off']);
  expect(failed(run({ complaints: [] }), [])).toEqual(["pgBackRest's exit code is 69"]);
});

test('what the control host wrote down is understood', () => {
  const lines = [
    'type=full',
    ...['began=100', 'ended=110', 'code=29'],
    'said=2026-11-21 10:00:00.000 P00   INFO: backup command begin',
    'said=2026-11-21 10:00:01.000 P00  ERROR: [029]: unable to convert',
    'said=                                    two lines',
    'type=incr',
    'began=200',
    '',
  ];

  expect(parseRuns(lines.join('\n'))).toEqual([
    {
      type: 'full',
      beganAt: 100,
      end: { at: 110, exitCode: 29 },
      complaints: ['[029]: unable to convert', 'two lines'],
    },
    { type: 'incr', beganAt: 200, end: undefined, complaints: [] },
  ]);
});

test('a replica that was passed over is remembered with its reason', () => {
  const text = 'type=incr\nbegan=200\nended=270\ncode=0\npassed=[082]: timeout before standby replayed\n';

  expect(parseRuns(text)).toEqual([
    {
      type: 'incr',
      beganAt: 200,
      end: { at: 270, exitCode: 0 },
      passedOver: '[082]: timeout before standby replayed',
      complaints: [],
    },
  ]);
});
