// What a restore to the newest point does not bring back, when WAL is missing. Facts in, decision out.

import type { BackupSet } from '../backup/backup-info.ts';
import { describeDamage, type Damage } from '../backup/damage.ts';
import { RefusedError } from '../model/errors.ts';
import { parseLsn } from '../model/lsn.ts';
import { formatBytes } from '../model/units.ts';
import type { WalGap } from '../backup/wal-gaps.ts';

/** The newest point, and who says so. */
export interface NewestPoint {
  readonly lsn: string;
  /** "pg1 is at", "pg1 was stopped at", "the repository goes on to" */
  readonly says: string;
  /** A restore that came to here has lost nothing, as far as that can be told: the end of the WAL file before, or the same. */
  readonly atLeast: string;
}

/** What a restore to the newest point does not bring back. */
export interface Loss {
  readonly reached: string;
  readonly end: NewestPoint;
  readonly bytes: number;
}

/** What is lost because WAL is missing after a backup; undefined when nothing is. */
export function lossByGap(
  { stopLsn }: BackupSet,
  { gaps, end }: { readonly gaps: readonly WalGap[]; readonly end: NewestPoint | undefined },
): Loss | undefined {
  const gap = gaps.find(({ fromLsn }) => parseLsn(fromLsn)! >= parseLsn(stopLsn ?? '')!);
  if (gap === undefined) return undefined;
  return lossAt(
    gap.fromLsn,
    end ?? { lsn: gap.toLsn, atLeast: gap.toLsn, says: 'the repository goes on to' },
  );
}

/** What is lost when recovery ended at a position; undefined when it came to the newest point. */
export function lossAt(reached: string, end: NewestPoint): Loss | undefined {
  const at = parseLsn(reached)!;
  if (at >= parseLsn(end.atLeast)!) return undefined;
  return { reached, end, bytes: Number(parseLsn(end.lsn)! - at) };
}

/** Whether who asked has agreed to it: to everything after the position that is reached, or after an earlier one. */
export const isAccepted = ({ reached }: Loss, acceptedLoss: string | undefined): boolean =>
  acceptedLoss !== undefined && parseLsn(acceptedLoss)! <= parseLsn(reached)!;

/** "33554472 bytes of WAL (32 MB), from 0/7000000 on" */
export const describeLoss = ({ reached, bytes }: Loss): string =>
  `${bytes} bytes of WAL (${formatBytes(bytes)}), from ${reached} on`;

/** Refuses a restore that would bring back less than there was. Nothing was touched, or it was put back. */
export const wouldLose = ({ reached, end, bytes }: Loss, damage: Damage = new Map()): RefusedError =>
  new RefusedError({
    what: `the newest point cannot be reached: WAL is missing or damaged from ${reached} on`,
    why: [
      `Recovery ends at ${reached}; ${end.says} ${end.lsn}. ${bytes} bytes of WAL (${formatBytes(bytes)}) would be lost.`,
      ...describeDamage(damage),
    ].join('\n'),
    next: [
      'nothing was changed; see what is missing: dbctl backup info',
      'if the cluster runs, it is protected again by a new full backup: dbctl backup run --type full',
      `only if those ${formatBytes(bytes)} may be lost, repeat the command with: --accept-loss ${reached}`,
    ],
  });
