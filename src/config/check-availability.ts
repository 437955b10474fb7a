import { leastOfParameters, shortestFailover } from '../model/patroni.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './settings.ts';
import type { topologyOf } from './topology.ts';

/** What Patroni cannot keep is refused with the reason. */
export function* checkAvailability(
  { CLUSTER_HA: manager, FAILOVER_TIMEOUT: limit }: Partial<Settings>,
  /** POSTGRES_CONF_*, by the names of parameters. */
  parameters: Readonly<Record<string, string>>,
): Iterable<Problem> {
  if (manager !== 'patroni') return;
  for (const [name, least] of Object.entries(leastOfParameters)) {
    const value = parameters[name];
    if (value !== undefined && Number(value) < least)
      yield {
        setting: `POSTGRES_CONF_${name}`,
        text: `is ${value}, and Patroni keeps no less than ${least}: it would start servers with its own default`,
      };
  }
  if (limit !== undefined && limit < shortestFailover)
    yield {
      setting: 'FAILOVER_TIMEOUT',
      text: `is ${limit} s, and Patroni needs ${shortestFailover} s: a lease of 20 s, an election, and the time until clients notice`,
    };
}

/** A commit can wait only for a replica, and only one place may say for which. */
export function* checkSynchronous(
  { CLUSTER_SYNCHRONOUS: synchronous = 'off' }: Partial<Settings>,
  { replicas }: Pick<ReturnType<typeof topologyOf>, 'replicas'>,
  /** POSTGRES_CONF_*, by the names of parameters. */
  parameters: Readonly<Record<string, string>>,
): Iterable<Problem> {
  if (synchronous === 'off') return;
  if (replicas.length === 0)
    yield {
      setting: 'CLUSTER_SYNCHRONOUS',
      text: `is ${synchronous}, and there is no replica that commits could wait for`,
    };
  if (parameters['synchronous_standby_names'] !== undefined)
    yield {
      setting: 'POSTGRES_CONF_synchronous_standby_names',
      text: `belongs to CLUSTER_SYNCHRONOUS=${synchronous}; keep one of the two`,
    };
}
