// From a replica to a host that has nothing to do with the cluster. The file comes last: as long as the name is in it, the
// same command goes on where an earlier run was interrupted.

import { sameHost } from '../model/address.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { slotNameOf } from '../model/slot.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import { ensureDrillSchedule } from '../backup/drill/drill-schedule-step.ts';
import { endReplicationOf } from './replication-slot-step.ts';
import { forgetData } from '../server/data-note-step.ts';
import { guardSteps } from '../server/guard-step.ts';
import { ensureHba } from '../server/hba-step.ts';
import { stopPostgres } from '../server/stop-postgres-step.ts';
import { reloadSettings } from '../server/reload-settings-step.ts';
import { forgetMember } from '../patroni/forget-member-step.ts';
import { restoreConfiguration } from '../patroni/leave-patroni-step.ts';
import { isKept } from '../patroni/patroni.ts';
import { tellMember } from '../patroni/patroni-files-step.ts';
import { ensureSharedConfig } from '../patroni/shared-config-step.ts';
import { stopMember } from '../patroni/stop-member-step.ts';
import { ensureReplicationPassfile } from '../server/replication-passfile-step.ts';
import { forgetNode, forgetTyping, keepRemovedData, stopNodeWork, wipeNode } from './retire-node-step.ts';
import { unlistReplica } from './list-replica-step.ts';
import { connectionStages } from '../backup/connections-plan.ts';
import { onMachines } from '../engine/on-machines.ts';
import { gatewayStages } from '../gateways/gateway-plan.ts';
import type { RemovalPlace } from './removal-facts.ts';

export interface RemovalChoice {
  /** The cluster without the node. */
  readonly after: LedCluster;
  /** Whether its server and its data are dbctl's. */
  readonly isOurs: boolean;
  readonly wipe: boolean;
  /** Names the place where the data is kept: a time. */
  readonly stamp: string;
}

export function removeReplicaPlan(place: RemovalPlace, choice: RemovalChoice): readonly Stage[] {
  const { cluster, node, others, hosts } = place;
  const { after } = choice;
  const primary = hosts.get(cluster.primary.name);
  const letOut = (one: Node): readonly Step[] => [
    ensureHba(after, one),
    ensureReplicationPassfile(after, one),
    ...guardSteps(after, one),
    ...tellMember(after, one, hosts.get(cluster.control.name)),
    reloadSettings(instanceOf(after, one)),
  ];
  return [
    ...backupStages(place, after),
    ...stopStages(place, choice),
    ...gatewayStages({ cluster: after, hosts, nodes: [after.primary, ...others] }),
    onMachines(`Remove ${node.name} from pg_hba.conf`, [after.primary, ...others], hosts, letOut),
    onlyOn(`Drop slot ${slotNameOf(node)}`, primary, () => [
      endReplicationOf(cluster, node),
      ...(isKept(after) ? [forgetMember(after, node), ensureSharedConfig(after)] : []),
    ]),
    ...retireStages(place, choice),
    onlyOn(`Forget the data of ${node.name}`, hosts.get(cluster.control.name), () => [
      forgetData(cluster, node),
    ]),
    onlyOn(`Remove ${node.name} from .env.cluster`, primary, () => [unlistReplica(cluster, node)]),
  ].filter(({ hosts: { length } }) => length > 0);
}

/** No backup is made from it any more, and somebody else rehearses restores. */
function backupStages({ node, others, hosts, backup }: RemovalPlace, after: LedCluster): readonly Stage[] {
  if (backup === undefined) return [];
  // The certificates of a host are named after the first node there.
  const neighbours = [after.primary, ...others].filter(({ host }) => sameHost(host, node.host));
  return [
    ...connectionStages({ cluster: after, backup, hosts }, neighbours),
    onMachines('Schedule restore drills', [after.primary, ...others], hosts, (one) =>
      ensureDrillSchedule(after, backup, one),
    ),
  ];
}

function stopStages({ cluster, node, hosts, isReached }: RemovalPlace, { isOurs }: RemovalChoice) {
  if (!isReached) return [];
  const instance = instanceOf(cluster, node);
  return [
    onlyOn(`Stop ${node.name}`, hosts.get(node.name), () => [
      stopNodeWork(cluster, node),
      ...(isOurs && isKept(cluster) ? [stopMember(instance)] : []),
      ...(isOurs ? [stopPostgres(instance)] : []),
    ]),
  ];
}

function retireStages(place: RemovalPlace, { isOurs, wipe, stamp }: RemovalChoice): readonly Stage[] {
  const { cluster, node, hosts, isReached } = place;
  if (!isReached) return [];
  const data = wipe ? wipeNode(cluster, node) : keepRemovedData(cluster, node, stamp);
  return [
    onlyOn(`${wipe ? 'Remove' : 'Set aside'} the data of ${node.name}`, hosts.get(node.name), () => [
      ...(isOurs && isKept(cluster) ? [restoreConfiguration(instanceOf(cluster, node))] : []),
      ...(isOurs ? [data] : []),
      ...forgetTyping(cluster, node),
      forgetNode(cluster, node),
    ]),
  ];
}
