// What is restored, from which backup, and into which place. Facts in, decision out; nothing is asked here.

import { ConfigError, RefusedError } from '../model/errors.ts';
import type { BackupInfo, BackupSet } from '../backup/backup-info.ts';
import type { Instance } from '../model/instance.ts';
import { chooseBackup, parseTargetTime, type RecoveryTarget } from '../backup/recovery-target.ts';
import { describeDamage, type Damage } from '../backup/damage.ts';
import type { WalGap } from '../backup/wal-gaps.ts';
import { parseLsn } from '../model/lsn.ts';
import { formatTime } from '../model/units.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { recoveryWindow } from '../backup/recovery-window.ts';
import { isAccepted, lossByGap, wouldLose, type NewestPoint } from './loss.ts';
import { leadsTo } from '../backup/timeline.ts';
import type { Lineage } from '../model/timeline-history.ts';
import { typedTarget, type TargetFlags } from '../backup/typed-target.ts';

/** What the user asked for, in pgBackRest's words. */
export interface RestoreRequest {
  readonly target: RecoveryTarget;
  /** Stop just before the target instead of just after it. */
  readonly exclusive: boolean;
  /** The timeline to follow; without it, the cluster's own. */
  readonly timeline: number | undefined;
  /** What was written after this position may be lost when a gap keeps the restore from the newest point. */
  readonly acceptedLoss: string | undefined;
}

export interface RestoreFacts {
  readonly info: BackupInfo | undefined;
  readonly lineage: Lineage;
  /** Until when WAL can be had, seconds since 1970; undefined when nobody knows. */
  readonly walUntil: number | undefined;
  /** What is missing from the WAL that the restore can read, oldest first. */
  readonly gaps: readonly WalGap[];
  /** Where the newest point is. */
  readonly end: NewestPoint | undefined;
  /** Where the repository's own WAL ends. */
  readonly archive: NewestPoint | undefined;
  /** Why a backup is not to be restored, by its label. */
  readonly damage: Damage;
  /** Which WAL files the repository lacks, and the data that is replaced has. */
  readonly onlyInOldData: readonly string[];
}

/** What the staging directory is called while a restore is made. */
export const stagingDirectoryOf = ({ dataDirectory, realDirectory = dataDirectory }: Instance): string =>
  `${realDirectory}.dbctl-restore`;

/** Where the tablespaces of a copy are, by OID: all of it is beside its data directory. */
export const tablespacesOfCopy = ({ dataDirectory }: Instance): string => `${dataDirectory}.tablespaces`;

/** Where a finished restore is noted. */
export const recordOf = ({ dbctlDirectory }: Instance): string => `${dbctlDirectory}/restored.json`;

/** The program on its host that removes a copy for good, and nothing else. */
export const removerOf = ({ dbctlDirectory }: Instance): string => `${dbctlDirectory}/remove.sh`;

/** What removes a copy, typed on its host. */
export const throwAway = (instance: Instance): string => `sh ${removerOf(instance)}`;

/** What lets a copy do again what it does not do by itself, typed on its host. */
export const switchOn = (instance: Instance): string =>
  `remove its line from ${instance.files.copy}, then: ${controlOf(instance).byHand.restart}`;

/** By which a later run knows that a staging directory was made for the same request; one line. */
export const keyOf = ({ target, exclusive, timeline }: RestoreRequest): string =>
  JSON.stringify({ ...target, ...(exclusive ? { exclusive } : {}), ...(timeline ? { timeline } : {}) });

export interface RestoreFlags extends TargetFlags {
  readonly targetExclusive?: boolean | undefined;
  readonly targetTimeline?: string | undefined;
  readonly acceptLoss?: string | undefined;
}

/** Understands the command line. Throws ConfigError when flags do not fit each other. */
export function requestOf(flags: RestoreFlags): RestoreRequest {
  const target = typedTarget(flags);
  const exclusive = flags.targetExclusive ?? false;
  if (exclusive && (!('value' in target) || target.type === 'name')) {
    throw misused('--target-exclusive goes with time, lsn, xid');
  }
  const timeline = flags.targetTimeline === undefined ? undefined : Number(flags.targetTimeline);
  if (timeline !== undefined && !(Number.isInteger(timeline) && timeline > 0)) {
    throw misused('--target-timeline is a number, as in the answer of a restore');
  }
  if (flags.acceptLoss !== undefined && parseLsn(flags.acceptLoss) === undefined) {
    throw misused('--accept-loss is a position such as 0/7000000, as the refusal names it');
  }
  return { target, exclusive, timeline, acceptedLoss: flags.acceptLoss };
}

/** The backup to start from. Throws RefusedError, with what can be reached, when the target cannot. */
export function chooseStart(request: RestoreRequest, facts: RestoreFacts, stanza: string): BackupSet {
  const { info, lineage, walUntil, gaps, damage } = facts;
  if (info === undefined) throw unreachable(`the repository has no stanza ${stanza}`);
  const { target } = request;
  const isOther = info.backups.some(({ label }) => label === target.set);
  const leading = info.backups.filter((one) => leadsTo(one, lineage));
  if (isOther && !leading.some(({ label }) => label === target.set)) {
    throw unreachable(`timeline ${lineage.timeline} does not contain the backup ${target.set}`);
  }
  // Who names a backup has been told what is wrong with it.
  const backups = leading.filter(({ label }) => label === target.set || !damage.has(label));
  const choice = chooseBackup(target, recoveryWindow({ ...info, backups }, { archivedAt: walUntil, gaps }));
  if ('reason' in choice) throw unreachable([choice.reason, ...describeDamage(damage)].join('\n'));
  const loss = target.type === 'default' ? lossByGap(choice.backup, facts) : undefined;
  if (loss && !isAccepted(loss, request.acceptedLoss)) throw wouldLose(loss, damage);
  return choice.backup;
}

/** What who asked for this backup should know. */
export function warnings(
  { label }: Pick<BackupSet, 'label'>,
  { damage }: Pick<RestoreFacts, 'damage'>,
): readonly string[] {
  const why = damage.get(label);
  if (why !== undefined) return [`warning: ${label} is damaged: ${why}`];
  return damage.size === 0 ? [] : [`starting from ${label}; ${describeDamage(damage).join('; ')}`];
}

/** For people: "the newest point", "2026-11-21T10:00:00Z", "transaction 745". */
export function describeTarget({ target, exclusive }: RestoreRequest): string {
  const just = exclusive ? 'just before ' : '';
  switch (target.type) {
    case 'default':
      return 'the newest point';
    case 'immediate':
      return 'the end of the backup';
    case 'time':
      return just + formatTime(parseTargetTime(target.value) ?? 0);
    case 'lsn':
      return just + target.value;
    case 'xid':
      return `${just}transaction ${target.value}`;
    case 'name':
    default:
      return `the restore point ${target.value}`;
  }
}

const misused = (what: string): ConfigError =>
  new ConfigError({ what, next: ['see all flags: dbctl backup restore --help'] });

const unreachable = (reason: string): RefusedError =>
  new RefusedError({
    what: 'this cannot be restored',
    why: reason,
    next: ['see what can be restored: dbctl backup info', 'nothing was changed'],
  });
