import { expect, test } from 'vitest';
import type { BackupRow } from '../../../src/backup/repository-report.ts';
import type { DrillResult } from '../../../src/backup/drill/drill.ts';
import { protectionOf as judge, type ProtectionFacts } from '../../../src/backup/protection.ts';
import { archiver as view, now } from '../../support/probe-facts.ts';
import { backupSet, infoWith } from '../../support/backup-info.ts';

const archiver = { ...view, walFileBytes: 16 * 1024 ** 2 };
const seconds = now / 1000;

const full = backupSet({ startedAt: seconds - 36_000, stoppedAt: seconds - 35_990 });
const info = infoWith([full], '000000010000000000000007');
const problem = undefined;
const report = {
  restorable: [
    {
      from: '2026-11-21T02:00:11.000Z',
      to: '2026-11-21T11:59:48.000Z',
      fromLsn: '0/3000100',
      toLsn: '0/8000000',
    },
  ],
  gaps: [],
  backups: [{ startLsn: '0/3000028' } as BackupRow],
};

const protectionOf = (facts: Omit<ProtectionFacts, 'report' | 'runs'> & Partial<ProtectionFacts>) =>
  judge({ report: undefined, runs: undefined, ...facts });

test('a protected cluster has WAL that arrives, a backup, and a time from which on all is kept', () => {
  expect(protectionOf({ archiver, info, report, problem, drills: [] })).toEqual({
    archiving: 'alive',
    lastArchivedAt: '2026-11-21T11:59:48.000Z',
    lastArchivedWal: '000000010000000000000007',
    waitingFiles: 0,
    lastBackup: { label: '20261121-020000F', type: 'full', at: '2026-11-21T02:00:10.000Z' },
    lastDrill: null,
    restorable: { from: '2026-11-21T02:00:11.000Z', to: '2026-11-21T11:59:48.000Z' },
    gap: null,
    failedBackups: [],
    message: 'WAL archived 12 s ago',
    problem: null,
  });
});

test('before the setup nothing is protected, whatever /bin/true has archived', () => {
  const off = { ...archiver, command: '/bin/true' };

  expect(protectionOf({ archiver: off, info: undefined, problem, drills: [] })).toMatchObject({
    archiving: 'off',
    message: 'not protected: WAL is not sent to the repository',
    lastBackup: null,
    restorable: null,
  });
});

test('WAL without a backup protects nothing', () => {
  const empty = { ...info, backups: [] };

  expect(protectionOf({ archiver, info: empty, problem, drills: [] })).toMatchObject({
    archiving: 'alive',
    message: 'not protected: no backup has been made',
    restorable: null,
  });
});

test('a repository that cannot be asked hides what is in it, not whether WAL is archived', () => {
  const status = { code: 99, message: 'other\n  [HostConnectError] unable to connect' };

  const unread = protectionOf({ archiver, info: { ...info, status, backups: [] }, problem, drills: [] });
  const unreached = protectionOf({
    archiver,
    info: undefined,
    problem: 'control cannot be reached',
    drills: [],
  });

  expect(unread).toMatchObject({
    message: 'WAL archived 12 s ago',
    problem: 'other [HostConnectError] unable to connect',
  });
  expect(unreached).toMatchObject({
    message: 'WAL archived 12 s ago',
    problem: 'control cannot be reached',
  });
});

test('a primary that cannot be asked hides the archiver, not the backups', () => {
  expect(protectionOf({ archiver: undefined, info, report, problem, drills: [] })).toMatchObject({
    archiving: null,
    waitingFiles: null,
    message: 'unknown: the primary could not be reached',
    lastBackup: { label: full.label },
    restorable: { from: '2026-11-21T02:00:11.000Z' },
  });
});

const drill = (node: string, result: 'passed' | 'failed', finishedAt: number) =>
  ({ node, result, finishedAt }) as DrillResult;

test('the last drill of all hosts is told, whatever came of it', () => {
  const drills = [drill('pg2', 'failed', seconds - 60), drill('pg1', 'passed', seconds - 3600)];

  expect(protectionOf({ archiver, info, problem, drills }).lastDrill).toEqual({
    node: 'pg2',
    result: 'failed',
    at: '2026-11-21T11:59:00.000Z',
  });
});

const gap = { fromLsn: '0/5000000', toLsn: '0/6000000', missingFiles: 1 };

test('missing WAL behind the last backup is no protection, and before it is none of its business', () => {
  const facts = { archiver, info, problem, drills: [] };
  const later = [...report.backups, { startLsn: '0/6000028' } as BackupRow];

  expect(protectionOf({ ...facts, report: { ...report, gaps: [gap] } })).toMatchObject({
    gap,
    message: 'not protected: WAL is missing after 0/5000000: dbctl backup check',
  });
  expect(protectionOf({ ...facts, report: { ...report, gaps: [gap], backups: later } })).toMatchObject({
    gap: null,
    message: 'WAL archived 12 s ago',
  });
});

test('a backup that failed is told until it is made', () => {
  const end = { at: seconds - 60, exitCode: 69 };
  const run = { type: 'incr', beganAt: seconds - 70, end, complaints: ['[069]: not a symlink'] } as const;
  const facts = { archiver, report, problem, drills: [], runs: { last: [run], running: [] } };
  const made = { ...full, type: 'incr', stoppedAt: seconds - 10 } as const;

  expect(protectionOf({ ...facts, info }).failedBackups).toEqual([
    { type: 'incr', at: '2026-11-21T11:59:00.000Z', why: '[069]: not a symlink' },
  ]);
  expect(protectionOf({ ...facts, info: { ...info, backups: [full, made] } }).failedBackups).toEqual([]);
});
