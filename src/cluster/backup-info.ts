// What is in a repository, as `pgbackrest info --output=json` tells it (its src/command/info/info.c). Plain data.

import type { BackupType } from './backup.ts';

export interface BackupInfo {
  /** 0 ok, 1 no stanza, 2 no backup, 3 stanza damaged, 4 differs among repositories, 5 other database, 99 other. */
  readonly status: { readonly code: number; readonly message: string };
  /** The backup that runs now, on whatever host; undefined when none does. Sizes since pgBackRest 2.48. */
  readonly running: RunningBackup | undefined;
  readonly databases: readonly { readonly id: number; readonly systemIdentifier: string }[];
  /** The WAL that is there, by database: names of the first and the last file; null when there is none. */
  readonly archives: readonly {
    readonly id: string;
    readonly min: string | null;
    readonly max: string | null;
  }[];
  /** Oldest first. */
  readonly backups: readonly BackupSet[];
}

export interface RunningBackup {
  /** 0 to 100; undefined before it is known. */
  readonly percent: number | undefined;
  readonly totalBytes: number | undefined;
  readonly doneBytes: number | undefined;
}

export interface BackupSet {
  /** "20261121-020000F_20261121-083000I" */
  readonly label: string;
  readonly type: BackupType;
  /** The backup it builds on. */
  readonly prior: string | undefined;
  /** Whether PostgreSQL's page checksums were wrong in it; undefined when they were not looked at. */
  readonly hasPageErrors: boolean | undefined;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly stoppedAt: number;
  /** "0/3000028"; a restore can end at the second one at the earliest. */
  readonly startLsn: string;
  readonly stopLsn: string;
  readonly startWal: string;
  readonly stopWal: string;
  readonly databaseId: number;
  /** Of the cluster, of what changed in it, and in the repository (undefined with block-incremental backups). */
  readonly databaseBytes: number;
  readonly copiedBytes: number;
  readonly repositoryBytes: number | undefined;
}

/** Whether the repository has a place for this cluster, with or without backups in it. */
export const hasStanza = ({ status }: BackupInfo): boolean => status.code === 0 || status.code === 2;
