import { expect, test } from 'vitest';
import type { BackupInfo, BackupSet } from '../../../src/backup/backup-info.ts';
import type { DrillResult } from '../../../src/backup/drill/drill.ts';
import { protectionOf } from '../../../src/backup/protection.ts';
import { archiver as view, now } from '../../support/probe-facts.ts';

const archiver = { ...view, walFileBytes: 16 * 1024 ** 2 };
const seconds = now / 1000;

const full: BackupSet = {
  label: '20261121-020000F',
  type: 'full',
  prior: undefined,
  hasPageErrors: undefined,
  startedAt: seconds - 36_000,
  stoppedAt: seconds - 35_990,
  startLsn: '0/3000028',
  stopLsn: '0/3000100',
  startWal: '000000010000000000000003',
  stopWal: '000000010000000000000003',
  databaseId: 1,
  repository: 1,
  databaseBytes: 1,
  copiedBytes: 1,
  repositoryBytes: undefined,
};

const info: BackupInfo = {
  status: { code: 0, message: 'ok' },
  cipher: 'aes-256-cbc',
  running: undefined,
  repositories: [{ key: 1, code: 0 }],
  databases: [{ id: 1, systemIdentifier: '7', version: '17' }],
  archives: [{ id: '17-1', min: '000000010000000000000003', max: '000000010000000000000007' }],
  backups: [full],
};
const problem = undefined;

test('a protected cluster has WAL that arrives, a backup, and a time from which on all is kept', () => {
  expect(protectionOf({ archiver, info, problem, drills: [] })).toEqual({
    archiving: 'alive',
    lastArchivedAt: '2026-11-21T11:59:48.000Z',
    lastArchivedWal: '000000010000000000000007',
    waitingFiles: 0,
    lastBackup: { label: '20261121-020000F', type: 'full', at: '2026-11-21T02:00:10.000Z' },
    lastDrill: null,
    restorable: { from: '2026-11-21T02:00:11.000Z', to: '2026-11-21T11:59:48.000Z' },
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
  expect(protectionOf({ archiver: off, info, problem, drills: [] }).restorable?.to).toBeNull();
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
  expect(protectionOf({ archiver: undefined, info, problem, drills: [] })).toMatchObject({
    archiving: null,
    waitingFiles: null,
    message: 'unknown: the primary could not be reached',
    lastBackup: { label: full.label },
    restorable: { from: '2026-11-21T02:00:11.000Z', to: null },
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
