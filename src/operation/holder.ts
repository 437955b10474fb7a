// The operation that has the lock, in words.

import type { Holder } from './operation.ts';
import { formatSeconds } from '../model/units.ts';

/** "alice@laptop: add-replica pg2, for 2 min" */
export const describeHolder = (holder: Holder | 'unknown'): string =>
  holder === 'unknown'
    ? 'another operation, which has just begun'
    : `${holder.by}: ${holder.title}, for ${formatSeconds(Math.round(holder.seconds))}`;

/** Everything about who has the lock. */
export function holderRows(holder: Holder): readonly (readonly [name: string, value: string])[] {
  const { by, from, title, command, step, seconds, pid, version } = holder;
  return [
    ['who', by],
    ['from', from],
    ['operation', title],
    ['command', command],
    ['doing', step ?? ''],
    ['since', `${formatSeconds(Math.round(seconds))} ago`],
    ['process', `${pid} on ${by.split('@').at(-1)}, dbctl ${version}`],
  ];
}
