// What is known of nodes before they are restarted or reloaded.

import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import type { StandbyValues } from '../postgres/standby-parameters.ts';
import { RefusedError } from '../model/errors.ts';
import { noAnswer } from '../host/no-answer.ts';
import type { ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { fileSettings, recordedValues, standbyValues } from '../postgres/file-settings.ts';
import { startProblems, startTrial, standbyValuesIn } from '../postgres/start-trial.ts';
import { ifRunning } from '../postgres/psql.ts';
import { isInRecovery } from '../postgres/replication.ts';
import { startFacts } from './may-start-facts.ts';
import { foundAt, notOurs, refuseAnotherAccount, setUpWith } from './owner-facts.ts';

export interface NodeFacts {
  readonly node: Node;
  /** Undefined when no server answers; everything it says is undefined then. */
  readonly inRecovery: boolean | undefined;
  /** Whether its data is that of a server that took writes last. */
  readonly leads: boolean;
  readonly current: StandbyValues | undefined;
  /** What its control file asks for; for one that is down. */
  readonly floor: StandbyValues | undefined;
  /** What only a restart gives the value that the files have. */
  readonly pendingRestart: readonly string[];
  /** What would keep it from starting again. */
  readonly errors: readonly string[];
  /** What keeps its server from being started at all; '' where nothing does. */
  readonly forbidden: string;
  /** Whether postgres can read what a start begins with. */
  readonly isReadable: boolean;
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
  await refuseAnotherAccount(cluster, node, host);
  const [inRecovery, start, current, files, trial, forbidden] = await Promise.all([
    host.ask(ifRunning(instance, isInRecovery(instance))),
    host.ask(startFacts(instance)),
    host.ask(ifRunning(instance, standbyValues(instance))),
    host.ask(ifRunning(instance, fileSettings(instance))),
    host.ask(startTrial(instance)),
    host.ask(controlOf(instance).forbidden),
  ]);
  const problems = startProblems(trial, instance);
  return {
    node,
    inRecovery,
    leads: start.was === 'primary' && !start.hasStandbySignal,
    current,
    floor: inRecovery === undefined ? await host.ask(recordedValues(instance)).catch(noAnswer) : undefined,
    pendingRestart: files?.pendingRestart ?? [],
    errors: files && files.errors.length > 0 ? files.errors : problems,
    forbidden,
    isReadable: trial.refusal !== undefined || trial.values.size > 0,
    atStart: standbyValuesIn(trial),
  };
}

/** Refuses nodes of which nobody can say how they would start, or that nobody may start. */
export function refuseUnstartable(cluster: Cluster, nodes: readonly NodeFacts[]): void {
  for (const { node, forbidden, isReadable } of nodes) {
    if (forbidden !== '') throw forbiddenStart(node, forbidden);
    if (!isReadable) throw unreadable(node, instanceOf(cluster, node));
  }
}

const forbiddenStart = ({ name }: Node, forbidden: string): RefusedError =>
  new RefusedError({
    what: `PostgreSQL on ${name} would not be started: ${forbidden}`,
    next: ['let it start, now and at every boot: dbctl up', 'nothing was changed'],
  });

const unreadable = ({ name }: Node, { dataDirectory }: Instance): RefusedError =>
  new RefusedError({
    what: `nobody can say how PostgreSQL on ${name} would start: postgres cannot read ${dataDirectory}/global/pg_control`,
    next: [
      `see who may read it, on ${name}: namei -om ${dataDirectory}/global/pg_control`,
      'when postgres owns every directory of the data, and has mode 700 there, run the same command again',
      'nothing was changed',
    ],
  });

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
