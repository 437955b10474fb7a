// From where is a replica made: one stream of the primary, or many of the repository? Facts in, decision out.

import type { BackupInfo } from '../backup/backup-info.ts';
import { parseLsn } from '../model/lsn.ts';
import { recoveryWindow } from '../backup/recovery-window.ts';
import { formatBytes, formatSeconds } from '../model/units.ts';

/** A backup that a replica can be made from. */
export interface CloneBackup {
  readonly stanza: string;
  readonly label: string;
  /** Number of the repository that has it. */
  readonly repository: number;
  readonly databaseBytes: number;
  /** WAL that the primary has written since the backup began: the replica replays it from the archive. */
  readonly walBytes: number;
  readonly tablespaces?: readonly { readonly oid: string; readonly path: string }[];
}

export interface CloneFacts {
  /** Of the primary, now. */
  readonly databaseBytes: number;
  /** Undefined when there is none, or its WAL does not reach the repository. */
  readonly backup: CloneBackup | undefined;
  /** Cores of the replica's host: that many processes restore at once. */
  readonly cores: number;
}

export type CloneMethod =
  | { readonly from: 'primary'; readonly why: string }
  | { readonly from: 'backup'; readonly why: string; readonly backup: CloneBackup };

// Measured with `npm run bench -- replica` on two cores that all hosts shared, see docs/replicas.md. Bytes per second.
const rates = {
  /** pg_basebackup: one stream, written and then verified by one process. */
  stream: 140e6,
  /** pgBackRest: each process decrypts, unpacks and verifies. */
  restorePerCore: 60e6,
  /** Of one repository and one network, however many processes ask. */
  restoreAtMost: 600e6,
  /** Fetched from the archive and replayed, one file after the other. */
  replay: 100e6,
} as const;

/** Seconds that a restore needs besides copying: lists of files, and the switch from the archive to the stream. */
const restoreExtraSeconds = 2;

/** Below this, what a restore needs besides copying (its own start, WAL from the archive) costs more than it saves. */
const smallBytes = 256 * 1024 ** 2;

/** The newest backup that a replica can be made from; `flushLsn` is where the primary is. */
export function backupForClone(
  info: BackupInfo,
  { systemIdentifier, flushLsn }: { readonly systemIdentifier: string; readonly flushLsn: string },
): Omit<CloneBackup, 'stanza'> | undefined {
  if (info.databases.at(-1)?.systemIdentifier !== systemIdentifier) return undefined;
  const newest = recoveryWindow(info, { archivedAt: undefined }).ranges.at(-1)?.backups.at(-1);
  if (newest === undefined) return undefined;
  const { label, repository, databaseBytes, startLsn } = newest;
  const walBytes = Number((parseLsn(flushLsn) ?? 0n) - (parseLsn(startLsn) ?? 0n));
  return { label, repository, databaseBytes, walBytes: Math.max(0, walBytes) };
}

/** The faster one by estimate; a tie goes to the backup, which spares the primary. */
export function chooseCloneMethod({ databaseBytes, backup, cores }: CloneFacts): CloneMethod {
  if (backup === undefined) return { from: 'primary', why: 'there is no backup with all its WAL' };
  if (databaseBytes < smallBytes) {
    return { from: 'primary', why: `${formatBytes(databaseBytes)} are copied quickly` };
  }
  const stream = databaseBytes / rates.stream;
  const restoreRate = Math.min(cores * rates.restorePerCore, rates.restoreAtMost);
  const restore = restoreExtraSeconds + backup.databaseBytes / restoreRate + backup.walBytes / rates.replay;
  const estimates = `about ${formatSeconds(Math.ceil(restore))} with ${formatBytes(backup.walBytes)} of WAL to replay`;
  const other = `about ${formatSeconds(Math.ceil(stream))} from the primary`;
  return restore <= stream
    ? { from: 'backup', why: `${estimates}, ${other}`, backup }
    : { from: 'primary', why: `${other}, ${estimates} from the backup` };
}
