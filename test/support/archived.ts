// A repository of one backup, as pgBackRest says what is in it.

import type { BackupInfo } from '../../src/backup/backup-info.ts';

export const info = {
  databases: [{ id: 1, systemIdentifier: '7' }],
  archives: [{ id: '17-1' }],
  backups: [{ stopWal: '000000010000000000000003', stopLsn: '0/3000100' }],
} as unknown as BackupInfo;

/** A WAL file of it. */
export const file = (name: string, archivedAt: number) => ({ archiveId: '17-1', name, bytes: 1, archivedAt });
