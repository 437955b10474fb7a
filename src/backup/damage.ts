// What is known to be damaged in a repository: what the last verification found, and what drills met since then.

import * as v from 'valibot';
import type { Cluster } from '../model/cluster.ts';
import { formatTime } from '../model/units.ts';
import type { BackupInfo } from './backup-info.ts';
import type { DrillResult } from './drill/drill.ts';
import { builtOn, type VerifyResult } from './verify-result.ts';

const DamageNote = v.object({
  /** When every file of the repository was read, seconds since 1970. */
  verifiedAt: v.number(),
  backups: v.array(v.object({ label: v.string(), why: v.string() })),
  /** Names of WAL files, as they are in the repository. */
  wal: v.array(v.string()),
});
/** What a verification found, as the control host remembers it. */
export type DamageNote = v.InferOutput<typeof DamageNote>;

/** Where the control host remembers it. */
export const damageNoteOf = ({ name }: Pick<Cluster, 'name'>): string => `/etc/dbctl/${name}/damaged.json`;

/** Undefined for what is no note: the next verification writes it anew. */
export function parseDamageNote(text: string | undefined): DamageNote | undefined {
  if (text === undefined) return undefined;
  try {
    return v.parse(DamageNote, JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What is to be remembered of a verification. */
export function damageNote(
  { backups, files }: Pick<VerifyResult, 'backups' | 'files'>,
  verifiedAt: number,
): DamageNote {
  const found = new Map(backups.map(({ label, status }) => [label, status]));
  for (const { path, problem } of files) {
    const label = /^(\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?)\//.exec(path)?.[1];
    if (label !== undefined) found.set(label, problem);
  }
  return {
    verifiedAt,
    backups: [...found].map(([label, why]) => ({ label, why: `${why}, found by backup verify` })),
    wal: files.flatMap(({ path }) => /\/([0-9A-F]{24}-[^/]+)$/.exec(path)?.[1] ?? []),
  };
}

/** The WAL files that can be read: a damaged one is as good as none, until another one has arrived in its place. */
export const readableWal = <File extends { readonly name: string; readonly archivedAt: number }>(
  files: readonly File[],
  note: DamageNote | undefined,
): readonly File[] =>
  note === undefined
    ? files
    : files.filter(({ name, archivedAt }) => archivedAt > note.verifiedAt || !note.wal.includes(name));

/** Why a backup is not to be restored, by its label. Backups that build on a damaged one are among them. */
export type Damage = ReadonlyMap<string, string>;

export function damageOf(
  info: BackupInfo,
  note: DamageNote | undefined,
  drills: readonly DrillResult[] = [],
): Damage {
  const known = new Set(info.backups.map(({ label }) => label));
  const found = new Map(note?.backups.map(({ label, why }) => [label, why]));
  const damaged = new Map<string, string>(found);
  for (const drill of drills.toSorted((a, b) => a.finishedAt - b.finishedAt)) {
    const isSince = drill.finishedAt > (note?.verifiedAt ?? 0);
    if (drill.result === 'passed' && (isSince || !found.has(drill.label))) damaged.delete(drill.label);
    else if (condemns(drill, note)) damaged.set(drill.label, `drill of ${formatTime(drill.startedAt)}`);
  }
  for (const label of damaged.keys()) if (!known.has(label)) damaged.delete(label);
  for (const label of builtOn(info, [...damaged.keys()])) damaged.set(label, 'it builds on a damaged backup');
  return damaged;
}

/** Damaged pages are in the backup as they were in the cluster: reading its files does not find them. */
function condemns({ checksums, error, finishedAt }: DrillResult, note: DamageNote | undefined): boolean {
  if (checksums === 'failed') return true;
  // pgBackRest's codes for a wrong checksum, a wrong format and a file that is missing.
  const isOfFiles = /could not be restored:/.test(error) && /\[0(26|29|55)\]|checksum|zst error/.test(error);
  return isOfFiles && finishedAt > (note?.verifiedAt ?? 0);
}

/** "20261121-020000F is damaged: invalid checksum, found by backup verify" */
export const describeDamage = (damage: Damage): readonly string[] =>
  [...damage].map(([label, why]) => `${label} is damaged: ${why}`);
