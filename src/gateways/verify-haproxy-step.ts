import type { LedCluster, Node } from '../model/cluster.ts';
import { UnverifiedError } from '../model/errors.ts';
import type { Gateways } from '../model/gateways.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { unitJournalTail } from '../system/evidence.ts';
import { haproxyFiles } from './haproxy.ts';
import { haproxyStatistics, type ServerSeen } from './statistics-query.ts';

/** Checks take a second, two of them decide, and a server may just have started; milliseconds. */
const patienceMs = 20_000;

/** Waits until HAProxy leads writers to the primary and nowhere else, and knows each of the nodes that answer. */
export function verifyHaproxy(cluster: LedCluster, gateways: Gateways, nodes: readonly Node[]): Step {
  const { unit } = haproxyFiles(cluster);
  const look = async (host: ReadableHost): Promise<string | undefined> =>
    wrongIn(await host.ask(haproxyStatistics(gateways.statisticsPort)), cluster, nodes);
  const what = change('gateway.wait', 'wait until HAProxy sees the nodes in their roles');
  return ensure('Verify that HAProxy sees the nodes', what, {
    ...unitJournalTail(unit),
    isRight: async (host) => (await look(host)) === undefined,

    async apply(host, report) {
      let wrong: string | undefined;
      const isRight = await waitUntil(
        async () => {
          wrong = await look(host);
          report(`waiting for HAProxy: ${wrong ?? 'all is well'}`);
          return wrong === undefined;
        },
        { deadlineMs: patienceMs },
      );
      if (isRight) return;
      throw new UnverifiedError({
        what: `HAProxy on ${host.name} does not lead where it should: ${wrong}`,
        next: ['what every gateway believes: dbctl gateway status', 'which links are missing: dbctl doctor'],
      });
    },
  });
}

/** What HAProxy sees otherwise than it is, in a few words; undefined when there is nothing. */
export function wrongIn(
  seen: readonly ServerSeen[] | undefined,
  { primary }: Pick<LedCluster, 'primary'>,
  nodes: readonly Pick<Node, 'name'>[],
): string | undefined {
  if (seen === undefined) return 'it does not answer';
  const up = (entry: ServerSeen['entry']): readonly string[] =>
    seen.filter((one) => one.entry === entry && one.isUp).map(({ node }) => node);
  const [leaders, answering] = [up('primary'), up('any')];
  if (leaders.join() !== primary.name)
    return `its primary is ${leaders.join(' and ') || 'nobody'}, and ${primary.name} leads`;
  const missing = nodes.map(({ name }) => name).filter((name) => !answering.includes(name));
  return missing.length > 0 ? `it gets no answer from ${missing.join(', ')}` : undefined;
}
