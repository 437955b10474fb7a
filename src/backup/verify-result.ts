// What `pgbackrest verify` found. It ends with 0 whatever it finds (seen with 2.55.1), so its text has to be read.

import type { BackupInfo } from './backup-info.ts';

export interface VerifyResult {
  readonly isSound: boolean;
  /** Whether its last line, the verdict, is there. */
  readonly isToldInFull: boolean;
  /** Damaged files in the repository, each with what is wrong with it: "invalid checksum". */
  readonly files: readonly { readonly path: string; readonly problem: string }[];
  /** Labels of the backups that pgBackRest calls invalid, with its word for it. */
  readonly backups: readonly { readonly label: string; readonly status: string }[];
  readonly checkedWal: number;
  readonly checkedFiles: number;
}

const fileLine = /(file missing|invalid (?:checksum|size|result)):? '?([^\s':]+)/;
const backupLine = /^\s*backup: (\S+), status: ([^,]+), total files checked: (\d+)/;
const walLine = /^\s*archiveId: \S+, total WAL checked: (\d+)/;

/** Reads what `verify --output=text --verbose` said; with `none`, it says nothing of what is well. */
export function parseVerify(said: string): VerifyResult {
  const files = new Map<string, string>();
  const backups = new Map<string, { readonly status: string; readonly files: number }>();
  let verdict: string | undefined;
  let checkedWal = 0;
  for (const line of said.split('\n')) {
    const [, problem, path] = fileLine.exec(line) ?? [];
    if (problem !== undefined && path !== undefined) files.set(path, problem);
    const [, label, status, count] = backupLine.exec(line) ?? [];
    if (label !== undefined && status !== undefined) backups.set(label, { status, files: Number(count) });
    verdict = /^\s*status: (ok|error)\s*$/.exec(line)?.[1] ?? verdict;
    checkedWal = Number(walLine.exec(line)?.[1] ?? checkedWal);
  }
  const counted = [...backups].map(([label, one]) => ({ label, ...one }));
  const damaged = counted.filter(({ status }) => status !== 'valid');
  return {
    isToldInFull: verdict !== undefined,
    isSound: verdict !== 'error' && files.size === 0 && damaged.length === 0,
    files: [...files].map(([path, problem]) => ({ path, problem })),
    backups: damaged.map(({ label, status }) => ({ label, status })),
    checkedWal,
    checkedFiles: counted.reduce((sum, one) => sum + one.files, 0),
  };
}

/** Backups that build on a damaged one: pgBackRest may call them valid when the damaged file is a bundle. */
export function builtOn({ backups }: BackupInfo, damaged: readonly string[]): readonly string[] {
  const affected = new Set(damaged);
  for (const { label, prior } of backups) if (prior !== undefined && affected.has(prior)) affected.add(label);
  return [...affected].filter((label) => !damaged.includes(label));
}
