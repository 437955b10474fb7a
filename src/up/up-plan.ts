// Everything that .env.cluster says, from bare hosts to a cluster that is backed up, in the order in which each part is
// needed. A part that can be known only when an earlier one is done is looked at on the way.

import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { onMachines } from '../engine/on-machines.ts';
import { oneByOne, type Plan, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { readTopologyOn } from '../postgres/topology-query.ts';
import { addReplicaPlan } from '../replication/add-replica-plan.ts';
import { readSource, sourceToBe } from '../server/source-facts.ts';
import { backupSetupPlan } from '../backup/setup-plan.ts';
import { backupsInPlace } from '../backup/backups-in-place-facts.ts';
import { etcdStages, formerEtcdStages } from '../etcd/etcd-plan.ts';
import { formerGatewayStages, gatewayStages } from '../gateways/gateway-plan.ts';
import { formerPatroniStages, patroniStages } from '../patroni/patroni-plan.ts';
import { ensureFollowing } from '../replication/follow-primary-step.ts';
import { ensureSlot } from '../replication/replication-slot-step.ts';
import { chooseCloneMethods } from '../replication/clone-method-facts.ts';
import { initPrimaryPlan } from '../server/init-primary-plan.ts';
import type { PasswordPolicy } from '../server/role-changes.ts';
import { restartWhenAsked } from '../server/reload-settings-step.ts';
import { ensureSettings } from '../server/settings-step.ts';
import { verifyStreaming } from '../server/verify-streaming-step.ts';
import { comingRestarts } from '../server/coming-restarts-plan.ts';
import { refuseSecondCluster } from '../server/refuse-second-cluster-facts.ts';
import { chooseRestarts, restartPlan } from '../server/restart-plan.ts';

export interface UpOptions {
  readonly cluster: LedCluster;
  readonly hosts: HostSet;
  /** Those whose hosts answer. */
  readonly nodes: readonly Node[];
  /** The nodes that may be restarted, and are when a setting waits for it. */
  readonly restarting: readonly Node[];
  readonly passwords: PasswordPolicy;
}

export function upPlan(options: UpOptions): Plan {
  const { cluster, hosts, nodes, restarting, passwords } = options;
  const primary = hosts.get(cluster.primary.name);
  const replicas = cluster.replicas.filter((node) => nodes.includes(node));
  /** The same, without those that have failed on the way. */
  const without = (failed: ReadonlySet<string>): UpOptions => {
    const isWell = ({ name }: Node): boolean => !failed.has(name);
    return { ...options, nodes: nodes.filter(isWell), restarting: restarting.filter(isWell) };
  };
  return [
    () =>
      refuseSecondCluster(cluster, {
        primary,
        control: hosts.get(cluster.control.name),
        readSights: async () => (await readTopologyOn(cluster, hosts)).nodes,
      }).then(() => []),
    ...formerPatroniStages(options, {
      follow: (node) => [ensureSlot(cluster, node, primary), ensureFollowing(cluster, node)],
    }),
    ...initPrimaryPlan(cluster, hosts, { restart: 'later', passwords }),
    ...(replicas.length > 0 ? [() => replicaStages(options, replicas)] : []),
    (failed) =>
      Promise.resolve([
        ...etcdStages(without(failed)),
        ...patroniStages(without(failed)),
        ...(failed.size === 0 && nodes.length === cluster.nodes.length
          ? formerEtcdStages(without(failed))
          : []),
      ]),
    ...(restarting.length > 0 ? [(failed: ReadonlySet<string>) => restarts(without(failed))] : []),
    (failed) => Promise.resolve([...gatewayStages(without(failed)), ...formerGatewayStages(without(failed))]),
    (failed) => backupStages(without(failed)),
    // What waits for a restart that nobody has agreed to is refused when everything else is in place.
    (failed) => comingRestarts(cluster, without(failed).nodes, hosts),
  ];
}

const backupStages = async ({ cluster, hosts, nodes }: UpOptions): Promise<readonly Stage[]> =>
  cluster.backup
    ? backupSetupPlan({ cluster, backup: cluster.backup, hosts }, { restart: 'later', nodes, reached: nodes })
    : [];

async function replicaStages({ cluster, hosts }: UpOptions, nodes: readonly Node[]): Promise<Plan> {
  const primary = hosts.get(cluster.primary.name);
  const runs = await primary.ask(acceptsConnections(instanceOf(cluster, cluster.primary)));
  const [source, backup] = await Promise.all([
    runs ? readSource(cluster, primary) : sourceToBe(cluster, hosts),
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
  return addReplicaPlan(
    cluster,
    nodes,
    { hosts, source },
    { restart: 'later', setsRoles: true, backup, methods },
  );
}

async function restarts({ cluster, hosts, nodes, restarting }: UpOptions): Promise<readonly Stage[]> {
  const request = { cluster, hosts, nodes: restarting, reached: nodes, which: 'pending' } as const;
  const stages = restartPlan(request, await chooseRestarts(request), { onSilence: () => {} });
  const replicas = cluster.replicas.filter((node) => nodes.includes(node));
  return replicas.length > 0 ? [...stages, lowered(cluster, hosts, replicas)] : stages;
}

/** A replica that was started with what its primary still ran with has that no longer, once it restarted with less. */
const lowered = (cluster: LedCluster, hosts: HostSet, replicas: readonly Node[]): Stage =>
  oneByOne(
    onMachines('Lower what the replicas were started with', replicas, hosts, (node) => [
      ensureSettings(cluster, node),
      restartWhenAsked(instanceOf(cluster, node), { allowed: true }),
      verifyStreaming(cluster, node, hosts.get(cluster.primary.name)),
    ]),
  );
