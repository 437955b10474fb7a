// Whether a replica's data has parted from its primary's: then it can follow it no more. Facts in, words out.

import { RefusedError } from '../model/errors.ts';
import { parseLsn } from '../model/lsn.ts';
import { isSameTimeline, lineageAt, type Lineage } from '../model/timeline-history.ts';
import type { NodeData, NodeSight, Topology } from '../model/topology.ts';

/** Why replicas that run cannot follow the one that leads, by name: of the same number, they may stream all the same. */
export function partedReplicas(nodes: readonly NodeSight[]): ReadonlyMap<string, string> {
  const leaders = nodes.filter(({ state }) => state === 'primary');
  const [leader] = leaders;
  if (leader?.data === undefined || leaders.length > 1) return new Map();
  const led = { name: leader.node.name, data: leader.data };
  return new Map(
    nodes.flatMap(({ node: { name }, state, data }) => {
      const why = state === 'replica' && data !== undefined ? partedFrom(led, data) : undefined;
      return why === undefined ? [] : [[name, `${name} cannot follow ${led.name}: ${why}`]];
    }),
  );
}

/** What such a replica streams is not what comes after its own data, and what it answers is nobody's. */
export function refuseParted({ nodes }: Pick<Topology, 'nodes'>): void {
  const parted = partedReplicas(nodes);
  if (parted.size === 0) return;
  throw new RefusedError({
    what: [...parted.values()].join('; '),
    why: 'It may say that it streams all the same: then it mixes two histories, and its answers are wrong.',
    next: [
      'whether what only it has is needed, a person must decide: see docs/primary.md',
      ...[...parted.keys()].map(
        (name) => `if it is not, give it the data of the primary: dbctl reinit ${name}`,
      ),
      'nothing was changed',
    ],
  });
}

interface Leader {
  readonly name: string;
  readonly data: NodeData;
}

/** Why its data is no earlier state of the leader's; undefined where it may be. */
function partedFrom({ name, data: leader }: Leader, replica: NodeData): string | undefined {
  if (leader.systemIdentifier !== replica.systemIdentifier) return "its data is another server's";
  const { timeline } = replica;
  const led = lineageAt(leader, timeline);
  if (led === undefined)
    return leader.ancestors.length === 0 && timeline < leader.timeline
      ? undefined
      : `it is on timeline ${timeline}, which ${name} did not come from`;
  if (!isSameTimeline(led, replica))
    return `it is on another timeline ${timeline}: ${leftAt(replica)}, that of ${name} at ${led.ancestors.at(-1)?.endLsn}`;
  // While it streams, the leader may have written more since it was asked.
  if (replica.isStreaming || timeline !== leader.timeline || !isBeyond(replica, leader)) return undefined;
  return `it has WAL up to ${replica.lsn}, and ${name} up to ${leader.lsn} only, which may have been started from an older copy of its data`;
}

const isBeyond = (replica: NodeData, leader: NodeData): boolean =>
  replica.lsn !== null && leader.lsn !== null && parseLsn(replica.lsn)! > parseLsn(leader.lsn)!;

function leftAt({ ancestors }: Lineage): string {
  const parent = ancestors.at(-1);
  return `it left timeline ${parent?.timeline} at ${parent?.endLsn}`;
}
