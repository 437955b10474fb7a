// etcd as the file wants it: set up where it shall be, with what Patroni needs to use it, and gone where it was.

import { sameHost } from '../model/address.ts';
import type { Etcd } from '../model/etcd.ts';
import { machinesOf, type Cluster, type Machine, type Node } from '../model/cluster.ts';
import { onMachines } from '../engine/on-machines.ts';
import { oneByOne, onlyOn, type Part, type Plan } from '../engine/run-plan.ts';
import type { Host } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { ensureCredential } from '../pki/credential-step.ts';
import { installPackage } from '../system/install-package.ts';
import { ensureAccess, ensureEtcdLogin } from './access-step.ts';
import { etcdClientCredentialOf } from './credentials.ts';
import { isEtcdMember } from './etcd.ts';
import { checkForeignEtcd, installEtcd } from './install-etcd-step.ts';
import { joinEtcd, removeFormerMembers } from './join-etcd-step.ts';
import { memberSight } from './member-query.ts';
import { ensureEtcdPassword, rememberEtcd } from './control-host-step.ts';
import { removeEtcd, removeEtcdClient, removeEtcdPassword } from './remove-etcd-step.ts';
import { prepareEtcd } from './prepare-etcd-step.ts';
import { restartEtcd, startEtcd } from './run-etcd-step.ts';

export interface EtcdWork {
  readonly cluster: Cluster;
  readonly hosts: HostSet;
  /** Those that answer. */
  readonly nodes: readonly Node[];
}

const reached = (machines: readonly Machine[], hosts: HostSet): readonly Machine[] =>
  machines.filter(({ name }) => hosts.get(name).unreachable === undefined);

/** What Patroni needs, before it is there itself. After the CA was made. Nothing without CLUSTER_HA. */
export function etcdStages({ cluster, hosts, nodes }: EtcdWork): Plan {
  const { etcd } = cluster;
  if (etcd === undefined) return [];
  const control = hosts.get(cluster.control.name);
  const members = reached(etcd.members, hosts);
  const others = (machine: Machine): readonly Host[] =>
    members.filter(({ host }) => !sameHost(host, machine.host)).map(({ name }) => hosts.get(name));
  return [
    onMachines('Install etcd', members, hosts, () => [
      checkForeignEtcd(cluster, etcd, control),
      ...installEtcd(),
    ]),
    onlyOn("Make Patroni's password for etcd", control, () => [ensureEtcdPassword(cluster)]),
    onMachines('Run etcd', members, hosts, (machine) => [
      ...prepareEtcd(cluster, etcd, machine, control),
      startEtcd(cluster, etcd, machine, { others: others(machine), control }),
    ]),
    oneByOne(
      onMachines('Keep etcd as the file says', members, hosts, (machine) => [
        joinEtcd(cluster, etcd, machine, others(machine)),
        restartEtcd(cluster, etcd, others(machine)),
      ]),
    ),
    accessPart({ cluster, hosts, nodes }, etcd, members),
  ];
}

/** Makes members that run trust the CAs that are in their files now: one after the other, the leader last. */
export const restartsOfEtcd = ({ cluster, hosts }: Omit<EtcdWork, 'nodes'>): Plan =>
  cluster.etcd === undefined ? [] : [() => restarts(cluster, cluster.etcd!, hosts)];

async function restarts(cluster: Cluster, etcd: Etcd, hosts: HostSet): Promise<Plan> {
  const sights = await Promise.all(
    etcd.members.map(async (machine) => ({
      machine,
      sight: await hosts.get(machine.name).ask(memberSight(cluster, etcd)),
    })),
  );
  const isLeader = ({ sight: { id, leader } }: (typeof sights)[number]): number =>
    Number(id !== undefined && id === leader);
  const machines = sights
    .toSorted((one, other) => isLeader(one) - isLeader(other))
    .map(({ machine }) => machine);
  return [
    oneByOne(
      onMachines('Restart etcd where the trusted CAs changed', machines, hosts, ({ host }) => [
        restartEtcd(
          cluster,
          etcd,
          machines.filter((one) => !sameHost(one.host, host)).map(({ name }) => hosts.get(name)),
        ),
      ]),
    ),
  ];
}

/** Told to a member that is well. */
function accessPart({ cluster, hosts, nodes }: EtcdWork, etcd: Etcd, members: readonly Machine[]): Part {
  const control = hosts.get(cluster.control.name);
  return async () => {
    const speaker = await speakerOf(cluster, etcd, members, hosts);
    if (speaker === undefined) return [];
    return [
      onlyOn('Secure etcd', speaker, () => [
        removeFormerMembers(cluster, etcd),
        ensureAccess(cluster, etcd, control),
      ]),
      onlyOn('Remember that etcd was set up', control, () => [rememberEtcd(cluster)]),
      onMachines('Let Patroni use etcd', nodes, hosts, (node) => [
        installPackage('curl'),
        ensureCredential(cluster, etcdClientCredentialOf(cluster, node), control),
        ensureEtcdLogin(cluster, etcd, node, { control, speaker }),
      ]),
    ];
  };
}

/** The first member that is well; before any is, the first. */
async function speakerOf(
  cluster: Cluster,
  etcd: Etcd,
  members: readonly Machine[],
  hosts: HostSet,
): Promise<Host | undefined> {
  const all = members.map(({ name }) => hosts.get(name));
  const sights = await Promise.all(all.map((host) => host.ask(memberSight(cluster, etcd))));
  return all.find((_, index) => sights[index]!.isHealthy) ?? all[0];
}

/** Ends what ran where no member is any more, when nothing of Patroni needs it; on all hosts without CLUSTER_HA. */
export function formerEtcdStages({ cluster, hosts, nodes }: EtcdWork): Plan {
  const isOff = cluster.etcd === undefined;
  const former = reached(machinesOf(cluster), hosts).filter((machine) => !isEtcdMember(cluster, machine));
  return [
    onMachines('Remove etcd where it was', former, hosts, () => [removeEtcd(cluster)]),
    onMachines("Remove Patroni's certificates for etcd", isOff ? nodes : [], hosts, (node) => [
      removeEtcdClient(cluster, node),
    ]),
    ...(isOff
      ? [
          onlyOn("Remove Patroni's password for etcd", hosts.get(cluster.control.name), () => [
            removeEtcdPassword(cluster),
          ]),
        ]
      : []),
  ];
}
