// A switchover of a cluster that Patroni keeps: it is told, and sees to it that never two nodes take writes.

import { change, ensure, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { failOverTo, switchTo } from '../patroni/patroni-query.ts';
import { ifRunning } from '../postgres/psql.ts';
import { isInRecovery } from '../postgres/replication.ts';
import { startPostgres } from '../server/start-postgres-step.ts';
import { unitJournalTail } from '../system/evidence.ts';
import { stillLives } from './failover.ts';
import { stillToHandOver } from './hand-over-step.ts';
import { answersAt } from './switchover-query.ts';

/** How long the candidate may take to end recovery, in milliseconds. */
const promotionDeadlineMs = 120_000;

/** On the candidate's host. `cluster` is the cluster as the candidate leads it. */
export function handOverByPatroni(cluster: LedCluster, from: Node): Step {
  const { primary: to } = cluster;
  const [old, own] = [instanceOf(cluster, from), instanceOf(cluster, to)];
  return {
    title: `Hand over from ${from.name} to ${to.name}`,
    disrupts: true,
    ...unitJournalTail(own.patroni.unit),

    diff: (host) => stillToHandOver(host, from, to, own),

    async apply(host, report) {
      report(`Patroni hands over to ${to.name}`);
      await host.run(switchTo(own, old.patroni.member, own.patroni.member));
      await waitUntil(async () => !(await host.ask(isInRecovery(own))), { deadlineMs: promotionDeadlineMs });
    },
  };
}

/** On the candidate's host, when nobody leads: also where Patroni would elect nobody, because it is paused, or none of them may lead. */
export function takeOverByPatroni(cluster: LedCluster, gone: Node): Step {
  const { primary: to } = cluster;
  const own = instanceOf(cluster, to);
  return ensure(
    `Let ${to.name} take over from ${gone.name}`,
    change('switchover.promote', `promote ${to.name}`, to.name),
    {
      ...unitJournalTail(own.patroni.unit),
      isRight: async (host) => !(await host.ask(isInRecovery(own))),
      async apply(host, report) {
        // It may have come back while everything was looked at.
        if (await host.ask(answersAt(own, gone)))
          throw stillLives(gone.name, `PostgreSQL there answers to ${to.name}`);
        report(`Patroni lets ${to.name} lead`);
        await host.run(failOverTo(own));
        await waitUntil(async () => !(await host.ask(isInRecovery(own))), {
          deadlineMs: promotionDeadlineMs,
        });
      },
    },
  );
}

/** A node that is to follow runs, whoever starts it. */
export const runAsReplica = (cluster: Cluster, node: Node): Step =>
  cluster.patroni
    ? awaitReplica(instanceOf(cluster, node))
    : startPostgres(instanceOf(cluster, node), 'replica');

/** Patroni starts the node that gave way as a replica, and rewinds it where that is needed. */
function awaitReplica(instance: Instance): Step {
  const { name, node } = { name: instance.patroni.unit, node: instance.patroni.member };
  const follows = ifRunning(instance, isInRecovery(instance));
  return ensure(
    'Wait for Patroni',
    change('patroni.wait', `wait until Patroni has ${node} as a replica`, node),
    {
      ...unitJournalTail(name),
      isRight: async (host) => (await host.ask(follows)) === true,
      async apply(host, report) {
        await waitUntil(
          async () => {
            report(`waiting until Patroni has ${node} as a replica`);
            return (await host.ask(follows)) === true;
          },
          { deadlineMs: promotionDeadlineMs },
        );
      },
    },
  );
}
