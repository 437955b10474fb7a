import { expect, test } from 'vitest';
import { drillHistoryText, drillText } from '../../../../src/backup/drill/drill-text.ts';
import { passedDrill } from '../../../support/drills.ts';
import { widest } from '../../../support/written.ts';

const failed = {
  ...passedDrill,
  result: 'failed' as const,
  target: { type: 'time', value: '2026-11-21 10:00:00.000+00', isRandom: true },
  checks: [{ name: `line 1: select ${'x'.repeat(100)}`, passed: false, detail: 'row 1\nanswers false' }],
  warnings: [`shop: public.orders had 9 rows ${'x'.repeat(100)}`],
  error: 'a check failed',
};
const never = {
  ...failed,
  seconds: { copy: null, replay: null, checks: null },
  bytes: null,
  newestTransactionAt: null,
  checks: [],
  tables: [],
  warnings: [],
  error: 'the backup x could not be restored:\nERROR: no',
};

test('a drill that passed says what it measured', () => {
  expect(drillText(passedDrill)).toMatchInlineSnapshot(`
    "node                    pg2
    backup                  20261121-010000F
    restored to             the end of the archive
    newest transaction      1970-01-01T00:15:40Z
    time to restore         5 s (copying 2 s, replaying WAL 3 s)
    newest changes missing  none
    copied                  4.0 GB
    page checksums          passed
    tables                  1, 2500 rows
    checks                  1 of 1 passed
    checks took             1 s
    passed: the backup can be restored
    "
  `);
});

test('work that is missing is at most what nobody knows better', () => {
  expect(drillText({ ...passedDrill, lastCommitAt: null })).toContain('newest changes missing  at most 60 s');
  expect(drillText({ ...passedDrill, lastCommitAt: 970 })).toContain('newest changes missing  30 s');
  expect(drillText({ ...passedDrill, newestTransactionAt: null })).toContain(
    'newest changes missing  unknown',
  );
});

test('a drill that failed names each check, in 80 columns', () => {
  const text = drillText(failed);

  expect(text).toContain('a random point, 2026-11-21T10:00:00Z');
  expect(text).toContain('\nfailed: line 1: select xxx');
  expect(text).toContain('\n  row 1 answers false\n');
  expect(text).toContain('\nfailed: 1 check failed\n');
  expect(drillText({ ...failed, checks: [...failed.checks, ...failed.checks] })).toContain('2 checks failed');
  expect(widest(text)).toBeLessThanOrEqual(80);
});

test('a drill that restored nothing says why', () => {
  const text = drillText({ ...never, target: { type: 'xid', value: '7', isRandom: false } });

  expect(text).toMatch(/^restored to +xid 7$/m);
  expect(text).toMatch(/^time to restore +not restored$/m);
  expect(text).not.toContain('copied');
  expect(text).toContain('failed: the backup x could not be restored:\nERROR: no\n');
});

test('history is one line a drill', () => {
  expect(drillHistoryText([])).toContain('dbctl backup drill');
  expect(drillHistoryText([passedDrill, never])).toMatchInlineSnapshot(`
    "WHEN (UTC)        NODE  RESULT  RESTORE  MISSING  BACKUP
    1970-01-01 00:16  pg2   passed  5 s      0 s      20261121-010000F
    1970-01-01 00:16  pg2   failed                    20261121-010000F
    "
  `);
  const longest = { ...passedDrill, node: 'x'.repeat(40), label: '20261121-010000F_20261122-010000D' };
  expect(widest(drillHistoryText([longest]))).toBeLessThanOrEqual(80);
});
