// How fast a file system is, found out in about a second.

import type { DiskSpeed } from './facts.ts';
import { loneQuery, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';

/** Tests the file system that a directory is on, or will be on. Nothing is written where less than 1 GB is free. */
export const diskSpeed = (directory: string): Query<DiskSpeed> =>
  loneQuery(script('doctor/disk-speed.sh', directory), parseDiskSpeed, { timeoutMs: 30_000 });

/** Amounts and the microseconds that they took. */
export function parseDiskSpeed(stdout: string): DiskSpeed {
  const rate = (name: string): number | undefined => {
    const [, amount, spent] = new RegExp(`^${name}=(\\d+) (\\d+)$`, 'm').exec(stdout) ?? [];
    const perSecond = (Number(amount) * 1e6) / Number(spent);
    return perSecond > 0 ? perSecond : undefined;
  };
  const syncs = rate('sync');
  return { write: rate('write'), read: rate('read'), sync: syncs && 1 / syncs };
}
