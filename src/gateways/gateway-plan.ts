// Gateways as the file wants them: set up where they shall be, and gone where they were.

import { machinesOf, type LedCluster, type Machine, type Node } from '../model/cluster.ts';
import { onMachines } from '../engine/on-machines.ts';
import type { Stage } from '../engine/run-plan.ts';
import type { HostSet, WantedMachine } from '../host/with-hosts.ts';
import { ensureHaproxy } from './haproxy-step.ts';
import { isGateway } from './links.ts';
import { removeHaproxy, removeRoleCheck } from './remove-gateway-step.ts';
import { ensureRoleCheck } from './role-check-step.ts';
import { verifyHaproxy } from './verify-haproxy-step.ts';

export interface GatewayWork {
  readonly cluster: LedCluster;
  readonly hosts: HostSet;
  /** Those that answer. */
  readonly nodes: readonly Node[];
}

/** The hosts of gateways, for work that goes on without one that is down. */
export const gatewayMachines = ({ gateways }: Pick<LedCluster, 'gateways'>): readonly WantedMachine[] =>
  (gateways?.machines ?? []).map((machine) => ({ ...machine, mayBeDown: true }));

const reached = (machines: readonly Machine[], hosts: HostSet): readonly Machine[] =>
  machines.filter(({ name }) => hosts.get(name).unreachable === undefined);

/** Tells the gateways that are reached of the nodes. Nothing without gateways. */
export function gatewayStages({ cluster, hosts, nodes }: GatewayWork): readonly Stage[] {
  const { gateways } = cluster;
  if (gateways === undefined) return [];
  return [
    onMachines('Let the nodes tell their roles', nodes, hosts, (node) =>
      ensureRoleCheck(cluster, gateways, node),
    ),
    onMachines('Run HAProxy', reached(gateways.machines, hosts), hosts, (machine) => [
      ...ensureHaproxy(cluster, gateways, machine),
      verifyHaproxy(cluster, gateways, nodes),
    ]),
  ];
}

/** Ends what ran where no gateway is any more. */
export function formerGatewayStages({ cluster, hosts, nodes }: GatewayWork): readonly Stage[] {
  // By host: of several nodes on one, the gateway has the name of the first.
  const former = reached(machinesOf(cluster), hosts).filter((machine) => !isGateway(cluster, machine));
  return [
    onMachines('Remove HAProxy where it was', former, hosts, () => [removeHaproxy(cluster)]),
    onMachines('Close the ports that told the roles', cluster.gateways ? [] : nodes, hosts, (node) => [
      removeRoleCheck(cluster, node),
    ]),
  ];
}
