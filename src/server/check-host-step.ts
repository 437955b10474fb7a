import { hostProblems, type Expectation } from './host-check.ts';
import { check, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { rememberedData } from './data-note-step.ts';
import { hostFacts } from './host-facts-query.ts';
import { isElsewhere, lostData, notThere, otherData, replicaLost, type DataSight } from './lost-data.ts';

/** Of whom the data on the host was, and who remembers it. */
export interface DataOf {
  readonly cluster: Cluster;
  readonly node: Node;
  readonly control: ReadableHost;
  /** The system identifier of data that is given up. */
  readonly abandoned?: string | undefined;
  /** Whether its server is started with the data that is there: a primary that has none is refused here, too. */
  readonly isToStart?: boolean;
}

/** Refuses a host on which going on would break something. Changes nothing, ever. */
export const checkHost = (wanted: Expectation, data?: DataOf): Step =>
  check('Check the host', async (host) => {
    const { instance, owner, role } = wanted;
    const [facts, remembered] = await Promise.all([
      host.ask(hostFacts(instance)),
      data && rememberedData(data.cluster, data.node, data.control),
    ]);
    if (data && role !== 'replaced') refuseLost({ ...data, instance, owner, facts, remembered }, data, role);
    const problems = hostProblems(facts, wanted);
    if (problems.length === 0) return;
    throw new RefusedError({
      what: `${host.name} cannot be used`,
      why: problems.map(({ what }) => what).join('\n'),
      next: problems.flatMap(({ next }) => next),
    });
  });

/** A lost primary has been refused already, with more ways out than a replica has. */
function refuseLost(sight: DataSight, { abandoned, isToStart }: DataOf, role: 'primary' | 'replica'): void {
  const other = sight.facts.note?.systemIdentifier === abandoned ? undefined : otherData(sight, role);
  if (other) throw other;
  const lost = role === 'replica' || isToStart ? lostData(sight) : undefined;
  if (lost === undefined) return;
  if (role === 'primary') throw notThere(sight, lost);
  // A replica may be given another host: nothing is lost with the old one.
  if (lost.note && isElsewhere(sight, lost.note)) return;
  throw replicaLost(sight, lost);
}
