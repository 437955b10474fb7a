import { expect, test } from 'vitest';
import { noBackups, type Protection } from '../../../src/backup/protection.ts';
import { protectionText } from '../../../src/status/status-text.ts';
import { widest } from '../../support/written.ts';

const now = Date.parse('2026-11-21T12:00:00Z') / 1000;

const alive: Protection = {
  archiving: 'alive',
  lastArchivedAt: '2026-11-21T11:59:48.000Z',
  lastArchivedWal: '000000010000000000000007',
  waitingFiles: 0,
  lastBackup: { label: '20261121-020000F_20261121-083000I', type: 'incr', at: '2026-11-21T08:30:20.000Z' },
  lastDrill: { node: 'pg2', result: 'passed', at: '2026-11-20T04:00:00.000Z' },
  restorable: { from: '2026-11-20T02:00:11.000Z', to: '2026-11-21T11:59:48.123Z' },
  gap: null,
  failedBackups: [],
  message: 'WAL archived 12 s ago',
  problem: null,
};

test('a protected cluster is four lines', () => {
  expect(protectionText(alive, now)).toMatchInlineSnapshot(`
    "PROTECTION   WAL archived 12 s ago
    LAST BACKUP  incr 20261121-020000F_20261121-083000I, 3 h ago
    RESTORABLE   2026-11-20 02:00:11 to 2026-11-21 11:59:48 UTC
    LAST DRILL   passed on pg2, 32 h ago
    "
  `);
});

test('WAL that is missing and a backup that failed are seen there', () => {
  const gap = { fromLsn: '0/5000000', toLsn: '0/6000000', missingFiles: 1 };
  const failedBackups = [{ type: 'diff', at: '2026-11-21T11:50:00.000Z', why: '' }] as const;

  expect(protectionText({ ...alive, gap, failedBackups }, now)).toMatchInlineSnapshot(`
    "PROTECTION   WAL archived 12 s ago
    LAST BACKUP  incr 20261121-020000F_20261121-083000I, 3 h ago
                 a differential backup failed 10 min ago: dbctl backup check
    RESTORABLE   2026-11-20 02:00:11 to 2026-11-21 11:59:48 UTC, and no later
    LAST DRILL   passed on pg2, 32 h ago
    "
  `);
});

test('a cluster that is not protected is told so in plain words, and what to do', () => {
  const off: Protection = {
    ...alive,
    archiving: 'off',
    message: 'not protected: WAL is not sent to the repository',
    lastBackup: null,
    lastDrill: null,
    restorable: null,
  };

  expect(protectionText(off, now)).toMatchInlineSnapshot(`
    "PROTECTION   not protected: WAL is not sent to the repository: dbctl backup set…
    LAST BACKUP  none
    RESTORABLE   none
    LAST DRILL   none
    "
  `);
  expect(protectionText(noBackups, now)).toMatchInlineSnapshot(`
    "PROTECTION   not protected: no backups are configured
    "
  `);
});

test('what could not be seen is unknown, and why stands below', () => {
  const hidden = {
    ...alive,
    lastBackup: null,
    lastDrill: null,
    restorable: null,
    problem: 'control cannot be reached over SSH',
  };

  expect(protectionText(hidden, now)).toMatchInlineSnapshot(`
    "PROTECTION   WAL archived 12 s ago
    LAST BACKUP  unknown
    RESTORABLE   unknown
    LAST DRILL   none
    control cannot be reached over SSH
    "
  `);
});

test('an end that nobody knows is left open', () => {
  const open = { ...alive, restorable: { ...alive.restorable!, to: null } };

  expect(protectionText(open, now)).toContain('RESTORABLE   from 2026-11-20 02:00:11 UTC\n');
});

test('a long message fits 80 columns', () => {
  expect(widest(protectionText({ ...alive, message: 'x'.repeat(200) }, now))).toBe(80);
});
