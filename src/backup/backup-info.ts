// What is in a repository, as `pgbackrest info --output=json` tells it (its src/command/info/info.c). Plain data.

import type { BackupType } from '../model/backup.ts';

/** Status code of pgBackRest for everything that it has no other code for: the repository cannot be read. */
export const unreadable = 99;

export interface BackupInfo {
  /** 0 ok, 1 no stanza, 2 no backup, 3 stanza damaged, 4 differs among repositories, 5 other database, 99 other. */
  readonly status: { readonly code: number; readonly message: string };
  /** "none" or "aes-256-cbc". */
  readonly cipher: string;
  /** The backup or expiry that runs now, on whatever host; undefined when none does. Sizes since pgBackRest 2.48. */
  readonly running: RunningBackup | undefined;
  /** The status of each repository: that of the whole is "mixed" as soon as they differ. */
  readonly repositories: readonly { readonly key: number; readonly code: number }[];
  readonly databases: readonly {
    readonly id: number;
    /** Exceeds what a number can hold. */
    readonly systemIdentifier: string;
    /** PostgreSQL's major version: "17". */
    readonly version: string;
  }[];
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
  /** 0 to 100, of the bytes copied; it moves when a file is done. Undefined before the sizes are known. */
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
  /** "0/3000028"; a restore can end at the second one at the earliest. Undefined when PostgreSQL did not run. */
  readonly startLsn: string | undefined;
  readonly stopLsn: string | undefined;
  readonly startWal: string | undefined;
  readonly stopWal: string | undefined;
  readonly databaseId: number;
  /** Number of the repository that has it: 2 for one that is being left. */
  readonly repository: number;
  /** Of the cluster, of what changed in it, and in the repository (undefined with block-incremental backups). */
  readonly databaseBytes: number;
  readonly copiedBytes: number;
  readonly repositoryBytes: number | undefined;
  /** What it added to the repository. */
  readonly addedBytes?: number | undefined;
}

/** Whether every repository has a place for this cluster, with or without backups in it. */
export const hasStanza = ({ repositories }: BackupInfo): boolean =>
  repositories.every(({ code }) => code === 0 || code === 2);
