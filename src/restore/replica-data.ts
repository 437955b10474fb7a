// A restore in place ends with replicas that are cloned again. What they have and nothing else has. Facts in, decision out.

import { RefusedError } from '../model/errors.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { isKnown, type DataEnd, type UnknownData } from '../postgres/data-end-query.ts';
import { describeOnlyThere, onlyThere, type OnlyThere, type Point } from '../postgres/only-there.ts';

/** A replica, and its data; undefined when it has none. */
export interface ReplicaData {
  readonly node: Node;
  readonly data: DataEnd | UnknownData | undefined;
}

interface Ahead {
  readonly node: Node;
  readonly data: DataEnd;
  readonly only: OnlyThere;
}

/** Why a replica's data must not be removed; undefined when everything in it is kept in another place. */
export function reasonToKeep({ node, data }: ReplicaData, points: readonly Point[]): string | undefined {
  if (data === undefined) return undefined;
  if (!isKnown(data)) return `how far it goes is not known (${data.problem})`;
  const only = onlyThere(data, points);
  return only && describeOnlyThere(node.name, data, only);
}

/** For who restores while a replica cannot be looked at: its data stays. */
export const unknownNotes = (replicas: readonly ReplicaData[]): readonly string[] =>
  replicas.flatMap(({ node, data }) =>
    data === undefined || isKnown(data)
      ? []
      : [
          `warning: what only ${node.name} may have is not known, and its data is not removed: ${data.problem}`,
        ],
  );

/** The same of the primary: what the repository lacks is not taken from data that cannot be read. */
export const unknownPrimaryNotes = ({ name }: Node, data: ReplicaData['data']): readonly string[] =>
  data === undefined || isKnown(data)
    ? []
    : [
        `warning: what only ${name} may have is not known, and is not brought back: ${data.problem}; its data is set aside, and kept`,
      ];

/** Refuses to clear away data that is not the cluster's. */
export function refuseForeign(
  cluster: LedCluster,
  replicas: readonly ReplicaData[],
  systemIdentifier: string | undefined,
): void {
  const foreign = replicas.find(
    ({ data }) =>
      isKnown(data) && systemIdentifier !== undefined && data.systemIdentifier !== systemIdentifier,
  );
  if (foreign === undefined || !isKnown(foreign.data)) return;
  const { name, host } = foreign.node;
  const instance = instanceOf(cluster, foreign.node);
  throw new RefusedError({
    what: `the data on ${name} is another server's: is the right disk mounted?`,
    why: `Its system identifier is ${foreign.data.systemIdentifier}, and that of ${cluster.name} is ${systemIdentifier}. A restore in place would clear it away.`,
    next: [
      `mount the disk that ${name} was on, on ${host}, and run the same command again`,
      `if neither that disk is left nor this data is needed there, on ${host}: ${controlOf(instance).byHand.stop}; mv ${instance.dataDirectory} ${instance.dataDirectory}.old`,
      `then run the same command again: the primary is restored, and it says how ${name} gets its data`,
      'nothing was changed',
    ],
  });
}

/**
 * Refuses a restore to the newest point that brings back less than a replica has. `reached` is where recovery ends, or
 * has ended; every point is kept.
 */
export function refuseAhead(
  cluster: LedCluster,
  replicas: readonly ReplicaData[],
  { reached, points }: { readonly reached: Point; readonly points: readonly Point[] },
): void {
  const ahead = replicas.flatMap(({ node, data }): Ahead[] => {
    const only = isKnown(data) ? onlyThere(data, points) : undefined;
    return only && isKnown(data) ? [{ node, data, only }] : [];
  });
  const [first] = ahead.toSorted((one, other) => other.only.bytes - one.only.bytes);
  if (first === undefined) return;
  throw new RefusedError({
    what: `${first.node.name} has transactions that this restore does not bring back`,
    why: [
      `Recovery ends at ${reached.lsn}, on timeline ${reached.timeline}.`,
      ...ahead.map(({ node, data, only }) => `${describeOnlyThere(node.name, data, only)}.`),
    ].join('\n'),
    next: [
      ...(first.only.isBranch ? [branchAdvice(first)] : promoteAdvice(cluster, first.node, 'a restore')),
      `only if the cluster shall go on without them, repeat the command with: --accept-loss ${reached.lsn}; the data of ${ahead.map(({ node }) => node.name).join(', ')} is set aside then, and kept`,
      'nothing was changed',
    ],
  });
}

const branchAdvice = ({ node: { name }, data: { timeline } }: Ahead): string =>
  `${name} was promoted, and went on alone on timeline ${timeline}: a person must decide whether what it wrote is needed`;

/** Nothing is lost when the node that is furthest leads. */
export function promoteAdvice(cluster: LedCluster, node: Node, instead: string): readonly string[] {
  const instance = instanceOf(cluster, node);
  return [
    `to lose nothing, let ${node.name} lead in place of ${instead}, on ${node.host}: ${controlOf(instance).byHand.start} && runuser -u postgres -- psql -p ${node.port} -c 'select pg_promote()'`,
    `then write into .env.cluster what this prints: dbctl status; and give ${cluster.primary.name} its data: dbctl reinit ${cluster.primary.name}`,
  ];
}
