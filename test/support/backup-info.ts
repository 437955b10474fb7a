// What pgBackRest says of a repository: a full backup of a small database, unless a test says otherwise.

import type { BackupInfo, BackupSet } from '../../src/backup/backup-info.ts';

export const backupSet = (changes: Partial<BackupSet> = {}): BackupSet => ({
  label: '20261121-020000F',
  type: 'full',
  prior: undefined,
  hasPageErrors: false,
  startedAt: 100,
  stoppedAt: 110,
  startLsn: '0/3000028',
  stopLsn: '0/3000100',
  startWal: '000000010000000000000003',
  stopWal: '000000010000000000000003',
  databaseId: 1,
  repository: 1,
  databaseBytes: 1,
  copiedBytes: 1,
  repositoryBytes: 1,
  ...changes,
});

export const infoWith = (
  backups: readonly BackupSet[],
  max: string | null = '000000010000000000000009',
): BackupInfo => ({
  status: { code: 0, message: 'ok' },
  cipher: 'aes-256-cbc',
  running: undefined,
  repositories: [{ key: 1, code: 0 }],
  databases: [{ id: 1, systemIdentifier: '7434', version: '17' }],
  archives: [{ id: '17-1', min: '000000010000000000000003', max }],
  backups,
});
