// What is restored, from which backup, and into which place. Facts in, decision out; nothing is asked here.

import { ConfigError, RefusedError } from '../model/errors.ts';
import type { BackupInfo, BackupSet } from '../backup/backup-info.ts';
import type { Instance } from '../model/instance.ts';
import { chooseBackup, parseTargetTime, type RecoveryTarget } from '../backup/recovery-target.ts';
import { formatTime } from '../model/units.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { recoveryWindow } from '../backup/recovery-window.ts';
import { leadsTo, type Lineage } from '../backup/timeline.ts';
import { typedTarget, type TargetFlags } from '../backup/typed-target.ts';

/** What the user asked for, in pgBackRest's words. */
export interface RestoreRequest {
  readonly target: RecoveryTarget;
  /** Stop just before the target instead of just after it. */
  readonly exclusive: boolean;
  /** The timeline to follow; without it, the newest. */
  readonly timeline: number | undefined;
}

export interface RestoreFacts {
  readonly info: BackupInfo | undefined;
  readonly lineage: Lineage;
  /** Until when WAL can be had, seconds since 1970; undefined when nobody knows. */
  readonly walUntil: number | undefined;
}

/** What the staging directory is called while a restore is made. */
export const stagingDirectoryOf = ({ dataDirectory }: Instance): string => `${dataDirectory}.dbctl-restore`;

/** Where a finished restore is noted. */
export const recordOf = ({ dbctlDirectory }: Instance): string => `${dbctlDirectory}/restored.json`;

/** What removes a restored server for good, typed on its host. */
export function throwAway(instance: Instance): string {
  const { version, name, configDirectory, dbctlDirectory } = instance;
  const paths = [configDirectory, dbctlDirectory, ...controlOf(instance).paths];
  return `pg_dropcluster --stop ${version} ${name} && rm -r ${paths.join(' ')}`;
}

/** By which a later run knows that a staging directory was made for the same request; one line. */
export const keyOf = ({ target, exclusive, timeline }: RestoreRequest): string =>
  JSON.stringify({ ...target, ...(exclusive ? { exclusive } : {}), ...(timeline ? { timeline } : {}) });

export interface RestoreFlags extends TargetFlags {
  readonly targetExclusive?: boolean | undefined;
  readonly targetTimeline?: string | undefined;
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
  return { target, exclusive, timeline };
}

/** The backup to start from. Throws RefusedError, with what can be reached, when the target cannot. */
export function chooseStart(request: RestoreRequest, facts: RestoreFacts, stanza: string): BackupSet {
  const { info, lineage, walUntil } = facts;
  if (info === undefined) throw unreachable(`the repository has no stanza ${stanza}`);
  const { target } = request;
  const isOther = info.backups.some(({ label }) => label === target.set);
  const backups = info.backups.filter((one) => leadsTo(one, lineage));
  if (isOther && !backups.some(({ label }) => label === target.set)) {
    throw unreachable(`timeline ${lineage.timeline} does not contain the backup ${target.set}`);
  }
  const choice = chooseBackup(target, recoveryWindow({ ...info, backups }, { archivedAt: walUntil }));
  if ('reason' in choice) throw unreachable(choice.reason);
  return choice.backup;
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
