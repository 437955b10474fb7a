// The moment of a failover: the node that is gone will not start as a primary, where its host can be told, and the
// candidate is promoted.

import { change, ensure, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { UnverifiedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { slotNameOf } from '../model/slot.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { isInRecovery } from '../postgres/replication.ts';
import { startFacts } from '../server/may-start-facts.ts';
import { refuseRunning } from './failover-facts.ts';
import { stillLives } from './failover.ts';
import { answersAt, makeStandby, promote } from './switchover-query.ts';

/** A candidate replays what it has received first. */
const promotionDeadlineMs = 600_000;

/** Makes the next start of a server that has stopped one of a replica. */
export function standDown(cluster: LedCluster, gone: Node, hosts: Pick<HostSet, 'get'>): Step {
  const instance = instanceOf(cluster, gone);
  const what = change('failover.stand-down', `let ${gone.name} start as a replica only`, gone.name);
  return ensure(`Keep ${gone.name} from leading`, what, {
    isRight: async (host) => (await host.ask(startFacts(instance))).hasStandbySignal,
    async apply(host) {
      await refuseRunning(cluster, gone, hosts);
      await host.run(makeStandby(instance));
    },
  });
}

/** On the candidate's host. */
export function takeOver(cluster: LedCluster, gone: Node): Step {
  const { primary: to } = cluster;
  const own = instanceOf(cluster, to);
  return ensure(
    `Let ${to.name} take over from ${gone.name}`,
    change('switchover.promote', `promote ${to.name}`, to.name),
    {
      ...serverLogTail(own),
      isRight: async (host) => !(await host.ask(isInRecovery(own))),
      async apply(host, report) {
        // It may have come back while everything was looked at.
        if (await host.ask(answersAt(own, gone)))
          throw stillLives(gone.name, `PostgreSQL there answers to ${to.name}`);
        // Without a slot for the one that is gone, the new primary does not wait for its answer when it starts.
        const others = cluster.replicas.filter(({ name }) => name !== gone.name);
        await host.run(promote(own, others.map(slotNameOf)));
        const leads = async (): Promise<boolean> => {
          report(`waiting until ${to.name} has replayed what it received`);
          return !(await host.ask(isInRecovery(own)));
        };
        await waitUntil(leads, { deadlineMs: promotionDeadlineMs });
        if (await host.ask(answersAt(own, gone))) throw cameBack(gone, to);
      },
    },
  );
}

const cameBack = (gone: Node, to: Node): UnverifiedError =>
  new UnverifiedError({
    what: `${gone.name} came back while ${to.name} was promoted: PostgreSQL there answers`,
    why: `Two nodes may take writes.`,
    next: ['see who does: dbctl status', 'stop the applications, and stop one of both: see docs/primary.md'],
  });
