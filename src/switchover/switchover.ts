// Who takes over from the primary. Facts in, decision out; nothing is asked here.

import { RefusedError } from '../model/errors.ts';
import { bytesBehind, obstaclesOf, type Candidate, type Giving, type Obstacle } from './obstacles.ts';
import type { Following } from './switchover-query.ts';

/** Longer than this a WAL file waits only when archiving does not go on, in seconds. */
const longestWaitSeconds = 300;

/** What of the primary itself stands in the way, whoever takes over. */
function obstaclesOfGiving({ node: { name }, facts, archiver }: Giving): readonly Obstacle[] {
  const waited = archiver?.oldestWaitingAt == null ? 0 : Math.round(archiver.now - archiver.oldestWaitingAt);
  const fails = (archiver?.lastFailedAt ?? 0) > (archiver?.lastArchivedAt ?? 0);
  return [
    ...(facts.isInRecovery ? [{ text: `${name} is in recovery` }] : []),
    ...(facts.copies > 0
      ? [
          {
            text: `a copy of the data is being made from ${name}`,
            next: 'wait for its end: dbctl lock status',
          },
        ]
      : []),
    ...(archiver !== undefined && (fails || waited > longestWaitSeconds)
      ? [
          {
            text: fails
              ? `${name} cannot archive WAL (${archiver.lastFailedWal} failed last): its stop would wait for that, and what is not archived is missing in the backups`
              : `${name} has WAL that waits to be archived for ${waited} s: its stop would wait for that`,
            next: 'see what is wrong: dbctl backup check',
          },
        ]
      : []),
  ];
}

/** The one that was named, or of those that may take over the one that is the least behind. Throws RefusedError. */
export function chooseCandidate(
  candidates: readonly Candidate[],
  giving: Giving,
  named?: string,
): Candidate & { readonly facts: Following } {
  const nodes = [giving.node, ...candidates.map(({ node }) => node)];
  const judged = candidates
    .filter(({ node }) => named === undefined || node.name === named)
    .map((candidate) => ({ candidate, obstacles: obstaclesOf(candidate, giving, nodes) }));
  const [best] = judged
    .flatMap(({ candidate: { facts, ...one }, obstacles }) =>
      obstacles.length === 0 && facts ? [{ ...one, facts }] : [],
    )
    .toSorted((one, other) => bytesBehind(one.facts, giving.facts) - bytesBehind(other.facts, giving.facts));
  const own = obstaclesOfGiving(giving);
  if (best && own.length === 0) return best;
  const found = [...own, ...(best ? [] : judged.flatMap(({ obstacles }) => obstacles))];
  const who = named ?? best?.node.name ?? (candidates.length === 1 ? candidates[0]!.node.name : undefined);
  throw new RefusedError({
    what: who
      ? `${who} cannot take over from ${giving.node.name}`
      : `no replica can take over from ${giving.node.name}`,
    why: [...new Set(found.map(({ text }) => text))].join('\n') || 'There is no replica.',
    next: [...new Set(found.flatMap(({ next }) => next ?? [])), 'nothing was changed'],
  });
}

/** What does not go along with the primary: to be read before it is agreed to. */
export const leftBehind = ({
  node: { name },
  facts: { prepared, logicalSlots },
}: Giving): readonly string[] => [
  ...(logicalSlots.length > 0
    ? [
        `${name} has slots of logical replication, which do not move by themselves: ${logicalSlots.join(', ')}. Who reads from them has to begin anew on the new primary.`,
      ]
    : []),
  ...(prepared.length > 0
    ? [`Prepared transactions stay prepared on the new primary: ${prepared.join(', ')}.`]
    : []),
];
