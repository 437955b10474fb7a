// The moment of a switchover: the primary stops, the candidate has all of it, and is promoted. At no time can two nodes
// take writes: the candidate is promoted only when the next start of the other is one of a replica, safe on its disk.

import { change, type Change, type Report, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { UnverifiedError } from '../model/errors.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { slotNameOf } from '../model/slot.ts';
import { controlOf, readControl } from '../postgres/control/control-of.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { ifRunning } from '../postgres/psql.ts';
import { bytesBehind, isInRecovery, replicaFacts } from '../postgres/replication.ts';
import { startPostgres } from '../server/start-postgres-step.ts';
import { endedFacts, makePrimaryAgain, makeStandby, promote } from './switchover-query.ts';

/** How long the candidate may take to replay the last WAL, in milliseconds: nobody takes writes meanwhile. */
const replayDeadlineMs = 30_000;
/** How long it may take to end recovery. */
const promotionDeadlineMs = 60_000;
const lookEveryMs = 50;

export interface HandOver {
  /** The cluster as the candidate leads it. */
  readonly cluster: LedCluster;
  /** The node that gives way. */
  readonly from: Node;
  readonly hosts: Pick<HostSet, 'get'>;
  /** Told for how long no node took writes, at most; in seconds. Not for a switchover that another run began. */
  readonly onSilence: (seconds: number) => void;
}

/** What is left to do of a switchover, as the candidate's host sees it, whoever does it. */
export const stillToHandOver = async (
  host: ReadableHost,
  from: Node,
  to: Node,
  own: Instance,
): Promise<readonly Change[]> =>
  (await host.ask(isInRecovery(own)))
    ? [
        change('switchover.stop', `stop PostgreSQL on ${from.name}: its connections are closed`, from.name),
        change('switchover.promote', `promote ${to.name}`, to.name),
      ]
    : [];

/** On the candidate's host. */
export function handOver({ cluster, from, hosts, onSilence }: HandOver): Step {
  const { primary: to } = cluster;
  const [old, own] = [instanceOf(cluster, from), instanceOf(cluster, to)];
  return {
    title: `Hand over from ${from.name} to ${to.name}`,
    disrupts: true,
    ...serverLogTail(own),

    diff: (host) => stillToHandOver(host, from, to, own),

    async apply(host, report) {
      const giving = hosts.get(from.name);
      const control = await readControl(giving, old);
      const ran = await giving.ask(acceptsConnections(old));
      const begun = Date.now();
      try {
        report(`stopping PostgreSQL on ${from.name}`);
        if (!(await giving.ask(ifRunning(old, isInRecovery(old))))) {
          await giving.run(control.stop);
          await standAside(giving, { cluster, from });
        }
        await receiveAll(host, { cluster, from, giving }, report);
      } catch (error) {
        await takeBack(giving, { cluster, from });
        throw error;
      }
      const slots = cluster.replicas.map(slotNameOf);
      await host.run(promote(own, slots));
      await waitUntil(async () => !(await host.ask(isInRecovery(own))), { deadlineMs: promotionDeadlineMs });
      if (ran) onSilence((Date.now() - begun) / 1000);
    },
  };
}

type Giving = Pick<HandOver, 'cluster' | 'from'>;

/** After a clean end nothing is missing in what the server wrote, and its next start is one of a replica. */
async function standAside(giving: Host, { cluster, from }: Giving): Promise<void> {
  const instance = instanceOf(cluster, from);
  const { state } = await giving.ask(endedFacts(instance));
  if (state === 'shut down') return giving.run(makeStandby(instance));
  throw new UnverifiedError({
    what: `PostgreSQL on ${from.name} did not end as it should: its control file says "${state}"; it was started again`,
    next: [`see why: dbctl logs ${from.name}`, 'then run the same command again: it is safe'],
  });
}

interface Receiving extends Giving {
  readonly giving: Host;
}

/** Waits until the candidate has replayed the last record of the other. */
async function receiveAll(host: Host, { cluster, from, giving }: Receiving, report: Report): Promise<void> {
  const own = instanceOf(cluster, cluster.primary);
  const last = await lastPosition(giving, { cluster, from });
  const isWhole = async (): Promise<boolean> => {
    report(`waiting until ${cluster.primary.name} has replayed all of it`);
    const missing = await host.ask(bytesBehind(own, last.lsn));
    return last.isRecord ? missing < 0 : missing <= 0;
  };
  if (await waitUntil(isWhole, { deadlineMs: replayDeadlineMs, longestPauseMs: lookEveryMs })) return;
  const { replayLsn } = await host.ask(replicaFacts(own));
  throw new UnverifiedError({
    what: `${cluster.primary.name} did not replay all that ${from.name} wrote: ${from.name} leads again`,
    why: `It replayed up to ${replayLsn} within ${replayDeadlineMs / 1000} s, and the last record of ${from.name} is at ${last.lsn}.`,
    next: ['see how it streams: dbctl probe', 'then run the same command again: it is safe'],
  });
}

/** Of one that was started meanwhile as a replica, up to where it has replayed; else where its last record begins. */
async function lastPosition(giving: Host, { cluster, from }: Giving) {
  const instance = instanceOf(cluster, from);
  const facts = await giving.ask(ifRunning(instance, replicaFacts(instance)));
  if (facts?.replayLsn != null) return { lsn: facts.replayLsn, isRecord: false };
  return { lsn: (await giving.ask(endedFacts(instance))).checkpointLsn, isRecord: true };
}

/** Nobody was promoted: the node that stopped leads again. */
async function takeBack(giving: Host, { cluster, from }: Giving): Promise<void> {
  const instance = instanceOf(cluster, from);
  try {
    await giving.run(makePrimaryAgain(instance));
    if (await giving.ask(ifRunning(instance, isInRecovery(instance))))
      await giving.run((await readControl(giving, instance)).stop);
    await startPostgres(instance, 'primary').apply(giving, () => {});
  } catch (cause) {
    throw new UnverifiedError({
      what: `nobody leads: ${from.name} was stopped, nobody was promoted, and it could not be started again`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: [
        'run the same command again: it goes on from here',
        `or let ${from.name} lead again, on ${from.name}: rm -f ${instance.dataDirectory}/standby.signal && ${controlOf(instance).byHand.startAnyway}`,
      ],
      cause,
    });
  }
}
