// What is known of nodes before they are restarted or reloaded.

import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { StandbyValues } from '../postgres/standby-parameters.ts';
import { RefusedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { fileSettings, recordedValues, standbyValues, valuesAtStart } from '../postgres/file-settings.ts';
import { wouldLead } from '../postgres/instance.ts';
import { ifRunning } from '../postgres/psql.ts';
import { isInRecovery } from '../postgres/replication.ts';
import { foundAt, notOurs, setUpWith } from './owner-facts.ts';

export interface NodeFacts {
  readonly node: Node;
  /** Undefined when no server answers; everything it says is undefined then. */
  readonly inRecovery: boolean | undefined;
  /** Whether it takes writes, or would when it is started. */
  readonly leads: boolean;
  readonly current: StandbyValues | undefined;
  /** What its control file asks for; for one that is down. */
  readonly floor: StandbyValues | undefined;
  /** What only a restart gives the value that the files have. */
  readonly pendingRestart: readonly string[];
  /** What would keep it from starting again. */
  readonly errors: readonly string[];
  /** Undefined when it would not start. */
  readonly atStart: StandbyValues | undefined;
}

/** Asks all nodes at once. Throws RefusedError for one that is not set up, or has another cluster's server. */
export const readNodeFacts = (
  cluster: Cluster,
  nodes: readonly Node[],
  hosts: HostSet,
): Promise<readonly NodeFacts[]> =>
  Promise.all(nodes.map((node) => factsOf(cluster, node, hosts.get(node.name))));

async function factsOf(cluster: Cluster, node: Node, host: ReadableHost): Promise<NodeFacts> {
  const instance = instanceOf(cluster, node);
  const found = await foundAt(cluster, node, host);
  if (found === 'nothing') throw notSetUp(cluster, node);
  if (found === 'another') throw notOurs(cluster, node);
  const [inRecovery, leads, current, files, atStart] = await Promise.all([
    host.ask(ifRunning(instance, isInRecovery(instance))),
    host.ask(wouldLead(instance)),
    host.ask(ifRunning(instance, standbyValues(instance))),
    host.ask(ifRunning(instance, fileSettings(instance))),
    host.ask(valuesAtStart(instance)),
  ]);
  const refusal = 'refusal' in atStart ? [atStart.refusal] : [];
  return {
    node,
    inRecovery,
    leads,
    current,
    floor: inRecovery === undefined ? await host.ask(recordedValues(instance)) : undefined,
    pendingRestart: files?.pendingRestart ?? [],
    errors: files && files.errors.length > 0 ? files.errors : refusal,
    atStart: 'refusal' in atStart ? undefined : atStart,
  };
}

/** Refuses nodes with files that their servers would not accept. */
export function refuseBadFiles(nodes: readonly NodeFacts[]): void {
  const bad = nodes.filter(({ errors }) => errors.length > 0);
  const refusals = bad.map(({ node, errors }) => unacceptable(node.name, errors));
  if (refusals.length === 1) throw refusals[0];
  if (refusals.length > 1)
    throw new AggregateError(refusals, 'configuration files that PostgreSQL would reject');
}

const unacceptable = (host: string, errors: readonly string[]): RefusedError =>
  new RefusedError({
    what: `PostgreSQL on ${host} would reject its configuration files`,
    why: errors.join('\n'),
    next: ['correct POSTGRES_CONF_* in .env.cluster, or the named file', 'nothing was changed'],
  });

const notSetUp = (cluster: Cluster, node: Node): RefusedError =>
  new RefusedError({
    what: `${node.name} is not set up yet`,
    next: [`set it up: ${setUpWith(cluster, node)}`],
  });
