// The point that a command line names, of a restore and of a drill.

import { ConfigError } from '../model/errors.ts';
import { parseLsn } from '../model/lsn.ts';
import type { RecoveryTarget } from './recovery-target.ts';

const valued = ['time', 'lsn', 'xid', 'name'] as const;
export const targetTypes = ['default', 'immediate', ...valued] as const;

export interface TargetFlags {
  readonly type?: (typeof targetTypes)[number] | undefined;
  readonly target?: string | undefined;
  readonly set?: string | undefined;
}

/**
 * Understands the command line; a time and an LSN are known without their type. Throws ConfigError when type and target do not fit each
 * other.
 */
export function typedTarget({ type: named, target, set }: TargetFlags): RecoveryTarget {
  const type = named ?? typeOf(target);
  if (type === 'default' || type === 'immediate') {
    if (target !== undefined) {
      throw misused(`--target needs its --type: ${valued.join(', ')}`, '--type=time --target=…');
    }
    return { type, set };
  }
  if (target === undefined) throw misused(`--type=${type} needs a --target`, `--type=${type} --target=…`);
  return { type, value: target, set };
}

const typeOf = (target = ''): 'time' | 'lsn' | 'default' => {
  if (/^\d{4}-\d\d-\d\d/.test(target)) return 'time';
  return parseLsn(target) === undefined ? 'default' : 'lsn';
};

const misused = (what: string, flags: string): ConfigError =>
  new ConfigError({ what, next: [`give both: ${flags}`] });
