import { backupTypes, type Backup, type BackupType } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { pgbackrestUser } from './pgbackrest.ts';
import type { Step } from '../engine/step.ts';
import { backupArgv, backupUnitTimed } from './backup-work-query.ts';
import { ensureBackupProgram } from './make-backup-step.ts';
import { ensureTimedWork, type TimedWork } from '../system/timed-work.ts';

/** The backups that the control host makes by itself. */
export const timedBackups = (
  cluster: Cluster,
  { schedule, stanza }: Backup,
): readonly (TimedWork & { readonly type: BackupType })[] =>
  backupTypes.map((type) => ({
    type,
    name: backupUnitTimed(cluster, type),
    description: `Backup of ${cluster.name} (${type})`,
    account: pgbackrestUser,
    argv: backupArgv(cluster, stanza, type),
    calendar: schedule[type],
    setting: `BACKUP_SCHEDULE_${type.toUpperCase()}`,
  }));

/** Keeps the schedule of backups; for the control host. */
export const ensureSchedule = (cluster: Cluster, backup: Backup): readonly Step[] => [
  ensureBackupProgram(),
  ...ensureTimedWork(cluster, timedBackups(cluster, backup)),
];
