// Everything that .env.cluster says, from bare hosts to a cluster that is backed up, in the order in which each part is
// needed. A part that can be known only when an earlier one is done is looked at on the way.

import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { addReplicaPlan } from '../replication/add-replica-plan.ts';
import { readSource, sourceToBe } from '../server/source-facts.ts';
import { backupSetupPlan } from '../backup/setup-plan.ts';
import { backupsInPlace } from '../backup/backups-in-place-facts.ts';
import { chooseCloneMethods } from '../replication/clone-method-facts.ts';
import { initPrimaryPlan } from '../server/init-primary-plan.ts';
import { comingRestarts } from '../server/coming-restarts-plan.ts';
import { refuseSecondCluster } from '../server/refuse-second-cluster-facts.ts';
import { restartStages } from '../server/pending-restarts-plan.ts';
import { chooseRestarts, restartPlan } from '../server/restart-plan.ts';

export interface UpOptions {
  readonly cluster: LedCluster;
  readonly hosts: HostSet;
  /** The nodes that are restarted when a setting waits for it; undefined while somebody only looks. */
  readonly restarting: readonly Node[] | undefined;
}

export async function* upPlan(options: UpOptions): AsyncGenerator<Stage, void> {
  const { cluster, hosts, restarting } = options;
  const primary = hosts.get(cluster.primary.name);
  const control = hosts.get(cluster.control.name);
  const when = restarting === undefined ? begun : later;
  const replicas = when(() => (cluster.replicas.length > 0 ? replicaStages(options) : Promise.resolve([])));
  const coming = when(() => comingRestarts(cluster, hosts));
  await refuseSecondCluster(cluster, primary);
  yield* initPrimaryPlan(cluster, { primary, control }, { restart: 'later' });
  yield* await replicas();
  if (restarting === undefined) yield* await coming();
  else if (restarting.length > 0) yield* await restarts({ cluster, hosts, nodes: restarting });
  if (cluster.backup) {
    const backedUp = { cluster, backup: cluster.backup, hosts };
    yield* backupSetupPlan(backedUp, { restart: 'later', nodes: cluster.nodes });
  }
  // What waits for a restart that nobody has agreed to is refused when everything else is in place.
  if (restarting) yield* restartStages(cluster.nodes, { cluster, hosts, restart: false });
}

type Work<Answer> = () => Promise<Answer>;

/** Done when it is needed: what comes before it may change its answer. */
const later = <Answer>(work: Work<Answer>): Work<Answer> => work;

/** Begun now: while somebody only looks, nothing changes its answer. What goes wrong is thrown where it is needed. */
function begun<Answer>(work: Work<Answer>): Work<Answer> {
  const answer = work();
  answer.catch(() => {});
  return () => answer;
}

async function replicaStages({ cluster, hosts, restarting }: UpOptions): Promise<readonly Stage[]> {
  const nodes = cluster.replicas;
  const primary = hosts.get(cluster.primary.name);
  const runs = await primary.ask(acceptsConnections(instanceOf(cluster, cluster.primary)));
  const [source, backup] = await Promise.all([
    runs || restarting ? readSource(cluster, primary) : sourceToBe(cluster, hosts),
    backupsInPlace(cluster, hosts),
  ]);
  const question = {
    cluster,
    nodes,
    hosts,
    source,
    backup: runs ? backup : undefined,
    from: 'auto',
  } as const;
  const methods = await chooseCloneMethods(question);
  return addReplicaPlan(cluster, nodes, { hosts, source }, { restart: 'later', backup, methods });
}

async function restarts(request: {
  readonly cluster: LedCluster;
  readonly hosts: HostSet;
  readonly nodes: readonly Node[];
}): Promise<readonly Stage[]> {
  const choice = await chooseRestarts({ ...request, reached: request.cluster.nodes, pending: true });
  return restartPlan(request, choice, { onSilence: () => {} });
}
