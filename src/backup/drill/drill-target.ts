// To which point a drill restores, and from which backup. Pure.

import { ConfigError, RefusedError } from '../../model/errors.ts';
import { chooseBackup, type RecoveryTarget } from '../recovery-target.ts';
import { parseLsn } from '../../model/lsn.ts';
import { formatTime } from '../../model/units.ts';
import type { RecoveryWindow, RestorableBackup } from '../recovery-window.ts';
import { typedTarget, type TargetFlags } from '../typed-target.ts';

export interface DrillFlags extends TargetFlags {
  readonly randomPoint?: boolean;
}

export interface DrillAim {
  readonly target: RecoveryTarget;
  readonly backup: RestorableBackup;
  readonly isRandom: boolean;
}

/** `random` answers a number from 0 to 1. Throws RefusedError when the point cannot be reached. */
export function drillAim(flags: DrillFlags, window: RecoveryWindow, random: () => number): DrillAim {
  const isRandom = flags.randomPoint ?? false;
  const target = isRandom ? randomPoint(window, random) : targetOf(flags);
  const choice = chooseBackup(target, window);
  if ('backup' in choice) {
    const gap = target.type === 'default' ? gapAfter(choice.backup, window) : undefined;
    if (gap === undefined) return { target, backup: choice.backup, isRandom };
    throw new RefusedError({
      what: `the end of the archive cannot be reached: WAL is missing or damaged from ${gap.fromLsn} on`,
      why: `A restore to the newest point would end there; the repository goes on at ${gap.toLsn}.`,
      next: [
        'see what is missing: dbctl backup info',
        'make a backup from which it can be reached: dbctl backup run --type full',
      ],
    });
  }
  throw new RefusedError({ what: choice.reason, next: ['see what there is: dbctl backup info'] });
}

/** A copy that ends at a gap is no proof that the newest point can be restored. */
const gapAfter = ({ stopLsn }: RestorableBackup, { gaps }: RecoveryWindow) =>
  gaps.find(({ fromLsn }) => parseLsn(fromLsn)! >= parseLsn(stopLsn)!);

/** What the flags say. Throws ConfigError for flags that contradict each other. */
export function targetOf({ randomPoint: isRandom, ...flags }: DrillFlags): RecoveryTarget {
  if (isRandom && (flags.set ?? flags.type ?? flags.target) !== undefined) {
    throw new ConfigError({
      what: '--random-point chooses the target: omit --set, --type and --target',
    });
  }
  return typedTarget(flags);
}

/** Any second that can be restored, each as likely as the others. */
function randomPoint({ ranges }: RecoveryWindow, random: () => number): RecoveryTarget {
  const stretches = ranges.map(({ from, to, backups }) => {
    const newest = backups.at(-1)!.stoppedAt + 1;
    return { from: from.at, length: Math.max(newest, to.at ?? newest) - from.at };
  });
  let left = Math.floor(random() * stretches.reduce((sum, { length }) => sum + length, 0));
  for (const { from, length } of stretches) {
    if (left <= length) return { type: 'time', value: formatTime(from + left) };
    left -= length;
  }
  return { type: 'default' };
}
