import { change, check, ensure, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { ReadableHost } from '../host/host.ts';
import type { LedCluster } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { ifRunning } from '../postgres/psql.ts';
import { patroniVersion, synchronousFacts } from './patroni-query.ts';
import type { KeptCluster } from './patroni.ts';

/** The first major version of Patroni that knows synchronous_mode: quorum. */
const quorumSince = 4;

/** Before anything is touched, as soon as the version can be known. */
export const checkQuorum = ({ synchronous }: KeptCluster): Step =>
  check('Check what Patroni can do', async (host) => {
    if (synchronous !== 'quorum') return;
    const version = await host.ask(patroniVersion);
    if (version === undefined || Number.parseInt(version, 10) >= quorumSince) return;
    throw new RefusedError({
      what: `CLUSTER_SYNCHRONOUS=quorum needs Patroni ${quorumSince}, and ${host.name} has ${version}`,
      why: 'Older versions let commits wait for replicas that they name only.',
      next: ['write CLUSTER_SYNCHRONOUS=on into .env.cluster, then: dbctl up', 'nothing was changed'],
    });
  });

/** Patroni looks every few seconds for who is to confirm commits; milliseconds. */
const patienceMs = 120_000;

/** On the leader, when all nodes were seen to: commits wait for replicas as the file says. A replica that does not stream is not waited for. */
export function awaitSynchronous(cluster: LedCluster & KeptCluster): Step {
  const instance = instanceOf(cluster, cluster.primary);
  const text =
    cluster.synchronous === undefined
      ? 'wait until commits wait for no replica'
      : 'wait until a replica confirms commits';
  const isRight = async (host: ReadableHost): Promise<boolean> => {
    const seen = await host.ask(ifRunning(instance, synchronousFacts(instance)));
    if (seen === undefined) return true;
    // What a person set by hand in the file is not Patroni's.
    const own = cluster.postgres.parameters['synchronous_standby_names'];
    if (cluster.synchronous === undefined) return own !== undefined || seen.names === '';
    return seen.confirming > 0 || seen.streaming === 0;
  };
  return ensure('Commit on more than one node', change('patroni.synchronous', text), {
    isRight,
    async apply(host, report) {
      await waitUntil(
        async () => {
          report(text);
          return isRight(host);
        },
        { deadlineMs: patienceMs },
      );
    },
  });
}
