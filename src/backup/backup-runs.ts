// How the last backup of each type went, whoever began it. What the control host wrote down in, a judgement out.

import { backupTypes, type BackupType } from '../model/backup.ts';

/** What the users call them. */
export const backupWords: Readonly<Record<BackupType, string>> = {
  full: 'a full backup',
  diff: 'a differential backup',
  incr: 'an incremental backup',
};

/** The last run of a type, as the control host wrote it down. */
export interface BackupRun {
  readonly type: BackupType;
  /** Seconds since 1970. */
  readonly beganAt: number;
  /** undefined: it runs, or was cut off. */
  readonly end: { readonly at: number; readonly exitCode: number } | undefined;
  /** Why it is not from a replica, in pgBackRest's words, when it was tried from one. */
  readonly passedOver?: string | undefined;
  /** pgBackRest's own words. */
  readonly complaints: readonly string[];
}

export interface BackupRuns {
  /** The last run of each type that was ever begun. */
  readonly last: readonly BackupRun[];
  /** The types of which a backup is being made, or waits for its turn. */
  readonly running: readonly BackupType[];
}

export interface FailedBackup {
  readonly type: BackupType;
  /** Seconds since 1970. */
  readonly at: number;
  readonly why: string;
}

interface Made {
  readonly type: BackupType;
  /** Seconds since 1970. */
  readonly stoppedAt: number;
}

/** The fullest first. */
const fullness = (type: BackupType): number => backupTypes.indexOf(type);

/** Those that came to nothing, and that no later backup of that type, or of a fuller one, has made up for. */
export const failedBackups = (
  { last, running }: BackupRuns,
  made: readonly Made[],
): readonly FailedBackup[] =>
  last.flatMap(({ type, beganAt, end, complaints }) => {
    if (end === undefined ? running.includes(type) : end.exitCode === 0) return [];
    const at = end?.at ?? beganAt;
    const isMadeUp = made.some((one) => one.stoppedAt >= at && fullness(one.type) <= fullness(type));
    return isMadeUp ? [] : [{ type, at, why: whyOf(end?.exitCode, complaints) }];
  });

function whyOf(exitCode: number | undefined, complaints: readonly string[]): string {
  if (exitCode === undefined) return 'it was cut off';
  const code = `pgBackRest's exit code is ${exitCode}`;
  return complaints.length === 0 ? code : complaints.join(' ');
}
