// Everything that .env.cluster says, from bare hosts to a cluster that is backed up, in the order in which each part is
// needed. A part that can be known only when an earlier one is done is looked at on the way.

import type { Cluster, Node } from '../cluster/cluster.ts';
import { nodesOf } from '../cluster/cluster.ts';
import { instanceOf } from '../cluster/instance.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../remote/with-hosts.ts';
import { systemIdentifier, acceptsConnections } from '../shell/instance.ts';
import { restartWhenAsked } from '../steps/reload-settings.ts';
import { settingsFile } from '../steps/settings.ts';
import { verifyStreaming } from '../steps/verify-streaming.ts';
import { addReplicaPlan, readSource, type Source } from './add-replica.ts';
import { backupSetupPlan } from './backup-setup.ts';
import { backupsInPlace } from './backups-in-place.ts';
import { chooseCloneMethods } from './clone-methods.ts';
import { initPrimaryPlan } from './init-primary.ts';
import { refuseSecondCluster } from './refuse-second-cluster.ts';

export interface UpOptions {
  readonly cluster: Cluster;
  readonly hosts: HostSet;
  /** Whether this node may be restarted when a setting needs it. */
  readonly mayRestart: (node: Node) => boolean;
  /** Whether somebody only looks: the primary may not be there yet then. */
  readonly onlyLooks: boolean;
}

export async function* upPlan(options: UpOptions): AsyncGenerator<Stage, void> {
  const { cluster, hosts } = options;
  const primary = hosts.get(cluster.primary.name);
  const control = hosts.get(cluster.control.name);
  await refuseSecondCluster(cluster, primary);
  yield* initPrimaryPlan(cluster, { primary, control }, { restart: 'later' });
  if (cluster.replicas.length > 0) yield* await replicaStages(options);
  yield* restartStages(options);
  if (cluster.backup) {
    const backedUp = { cluster, backup: cluster.backup, hosts };
    yield* backupSetupPlan(backedUp, { restart: 'later', nodes: nodesOf(cluster) });
  }
}

async function replicaStages({ cluster, hosts, onlyLooks }: UpOptions): Promise<readonly Stage[]> {
  const nodes = cluster.replicas;
  const primary = hosts.get(cluster.primary.name);
  const runs = await primary.ask(acceptsConnections(instanceOf(cluster, cluster.primary)));
  const [source, backup] = await Promise.all([
    runs || !onlyLooks ? readSource(cluster, primary) : sourceToBe(cluster, hosts),
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

/** What is known of a primary that does not run yet. */
async function sourceToBe(cluster: Cluster, hosts: HostSet): Promise<Source> {
  const host = hosts.get(cluster.primary.name);
  const identifier = await host.ask(systemIdentifier(instanceOf(cluster, cluster.primary)));
  return { host, cores: 1, databaseBytes: 0, systemIdentifier: identifier ?? '', flushLsn: null };
}

/** Replicas first, one by one, each seen to stream again before the next: they must allow what the primary will. */
function restartStages({ cluster, hosts, mayRestart }: UpOptions): readonly Stage[] {
  const primary = hosts.get(cluster.primary.name);
  const restart = (node: Node) =>
    restartWhenAsked(instanceOf(cluster, node), {
      allowed: mayRestart(node),
      wanted: settingsFile(cluster, node),
    });
  return [
    ...cluster.replicas.map((node) =>
      onlyOn('Restart where settings need it', hosts.get(node.name), () => [
        restart(node),
        verifyStreaming(cluster, node, primary),
      ]),
    ),
    onlyOn('Restart where settings need it', primary, () => [restart(cluster.primary)]),
  ];
}
