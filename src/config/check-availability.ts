import { shortestFailover } from '../model/patroni.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './settings.ts';

/** What Patroni cannot keep is refused with the reason. */
export function* checkAvailability(settings: Partial<Settings>): Iterable<Problem> {
  const { CLUSTER_HA: manager, FAILOVER_TIMEOUT: limit } = settings;
  if (manager !== 'patroni' || limit === undefined) return;
  if (limit < shortestFailover)
    yield {
      setting: 'FAILOVER_TIMEOUT',
      text: `is ${limit} s, and Patroni needs ${shortestFailover} s: a lease of 20 s, an election, and the time until clients notice`,
    };
}
