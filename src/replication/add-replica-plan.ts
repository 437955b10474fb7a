import type { Backup } from '../model/backup.ts';
import type { LedCluster, Machine, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { ensureTablespacePlaces } from '../server/tablespace-step.ts';
import { replicaChecks, tablespacesFor } from './replica-checks-plan.ts';
import { clonesAtOnce } from '../server/replication-limits.ts';
import { onMachines } from '../engine/on-machines.ts';
import { sameHost } from '../model/address.ts';
import { onlyOn, type Plan, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import type { Host } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { tellMember } from '../patroni/patroni-files-step.ts';
import { unlessPatroni } from '../patroni/unless-patroni-step.ts';
import { ensureArchiving } from '../backup/archiving-step.ts';
import { replicaData } from './clone-query.ts';
import { cloneReplica } from './clone-replica-step.ts';
import { ensureFollowing } from './follow-primary-step.ts';
import { guardSteps } from '../server/guard-step.ts';
import { ensureHba } from '../server/hba-step.ts';
import { installPostgres } from '../server/install-postgres-step.ts';
import { markLeftEnds } from './left-ends-step.ts';
import { listReplica } from './list-replica-step.ts';
import { forgetKeptData } from './make-room-step.ts';
import { rememberData } from '../server/data-note-step.ts';
import { ownDataDirectory } from '../server/data-directory-step.ts';
import { verifyNodeLinks } from '../backup/pgbackrest-links-step.ts';
import { ensureReplicationPassfile } from '../server/replication-passfile-step.ts';
import { reloadSettings } from '../server/reload-settings-step.ts';
import { dropUnusedSlots, ensureSlot } from './replication-slot-step.ts';
import { verifyReplicationLogin } from '../server/verify-replication-login-step.ts';
import { archiveOf } from '../backup/archived-wal-facts.ts';
import { verifyStreaming } from '../server/verify-streaming-step.ts';
import { connectionStages, machinesUnder } from '../backup/connections-plan.ts';
import type { CloneMethods } from './clone-method-facts.ts';
import type { Source } from '../server/source-facts.ts';
import { credentialSteps, serverSteps } from '../server/node-step.ts';
import { ownerOf } from '../server/owner-facts.ts';
import { tryNewSettings } from '../server/settings-step.ts';
import { restartStages, type Restart } from '../server/pending-restarts-plan.ts';

export interface AddReplicaOptions {
  readonly restart: Restart;
  /** Whether roles and their passwords are set in the same run. */
  readonly setsRoles?: boolean;
  /** How the cluster is backed up, when backups are set up: the replicas get their part in it. */
  readonly backup?: Backup | undefined;
  /** Whether what the nodes hold is replaced, whatever it is. */
  readonly replaces?: boolean;
  /** How room is made for their new data, once all that it needs was seen. */
  readonly room?: readonly Stage[];
  /** Other replicas, that are told of these: any of them may be the primary one day. */
  readonly peers?: readonly Node[];
  /** From where each replica is made; the primary for one that is not there. */
  readonly methods?: CloneMethods;
  /** Whether something is still to be done before the data of before may go. */
  readonly keepsOld?: boolean;
}

/** Every machine that has a part in it; machines with the same address share a connection. */
export const machinesForReplicas = (cluster: LedCluster, nodes: readonly Node[]): readonly Machine[] => {
  const all = [cluster.control, cluster.primary, ...nodes, ...machinesUnder(cluster, nodes)];
  return all.filter(({ name }, index) => all.findIndex((one) => one.name === name) === index);
};

/** From plain hosts to replicas that stream: all of them at once. */
export function addReplicaPlan(
  cluster: LedCluster,
  nodes: readonly Node[],
  { hosts, source }: { readonly hosts: HostSet; readonly source: Source },
  {
    restart,
    setsRoles = false,
    backup,
    replaces = false,
    room = [],
    peers = [],
    methods = new Map(),
    keepsOld = false,
  }: AddReplicaOptions,
): Plan {
  const primary = source.host;
  const control = hosts.get(cluster.control.name);
  const onEach = (title: string, steps: (node: Node) => readonly Step[]): Stage =>
    onMachines(title, nodes, hosts, steps);
  const without = (failed: ReadonlySet<string>): readonly Node[] =>
    nodes.filter(({ name }) => !failed.has(name));
  const archiving = (node: Node): readonly Step[] => (backup ? ensureArchiving(cluster, backup, node) : []);
  return [
    onEach('Check the hosts', (node) => replicaChecks(cluster, node, { source, control, replaces, methods })),
    onEach(`Install PostgreSQL ${cluster.postgres.version}`, () => installPostgres(cluster.postgres.version)),
    onMachines('Allow the replicas in pg_hba.conf', [cluster.primary, ...peers], hosts, (one) => [
      ...(one.name === cluster.primary.name ? nodes.map((node) => listReplica(cluster, node)) : []),
      ensureHba(cluster, one),
      ensureReplicationPassfile(cluster, one),
      ...guardSteps(cluster, one),
      ...tellMember(cluster, one, control),
      reloadSettings(instanceOf(cluster, one)),
    ]),
    ...(backup ? connectionStages({ cluster, backup, hosts }, nodes) : []),
    onEach('Prepare the replicas', (node) => [
      ownDataDirectory(instanceOf(cluster, node), ownerOf(cluster, node)),
      ensureTablespacePlaces(instanceOf(cluster, node), tablespacesFor(node, source, methods)),
      ...credentialSteps(cluster, node, control),
      tryNewSettings(cluster, node, replaces),
      verifyReplicationLogin(cluster, node, { setsRoles }),
    ]),
    ...room,
    ...inTurns(nodes, clonesAtOnce(source.senders)).map((some) =>
      onMachines('Clone the primary', some, hosts, (node) => [
        slotForClone(cluster, node, primary),
        cloneReplica(cluster, node, source, methods.get(node.name)),
      ]),
    ),
    onEach('Run PostgreSQL', (node) => [
      ...serverSteps(cluster, node, archiving(node)),
      unlessPatroni(instanceOf(cluster, node), ensureFollowing(cluster, node)),
    ]),
    // A replica that has failed until here is not waited for.
    async (failed) => {
      const made = without(failed);
      return [
        onlyOn('Remember where the data is', control, () =>
          made.map((node) => rememberData(cluster, node, hosts.get(node.name))),
        ),
        ...restartStages(made, { cluster, hosts, restart }),
        onEach('Verify that the replicas stream', (node) => [
          verifyStreaming(cluster, node, primary, backup && archiveOf(cluster, backup.stanza, control)),
          ...(keepsOld ? [] : [forgetKeptData(instanceOf(cluster, node))]),
          dropUnusedSlots(instanceOf(cluster, node)),
          markLeftEnds(instanceOf(cluster, node)),
        ]),
      ];
    },
    async (failed) =>
      backup
        ? [
            onlyOn('Verify the connections for backups', control, () => [
              verifyNodeLinks(cluster, backup, without(failed)),
            ]),
          ]
        : [],
  ];
}

/** With Patroni a replica has a slot by another name once it has its data. */
function slotForClone(cluster: LedCluster, node: Node, primary: Host): Step {
  const instance = instanceOf(cluster, node);
  const step = ensureSlot(cluster, node, primary);
  const whenWhole = unlessPatroni(instance, step);
  return {
    ...step,
    diff: async (host, coming) =>
      ((await host.ask(replicaData(instance))) === 'whole' ? whenWhole : step).diff(host, coming),
  };
}

/** Replicas whose hosts are nothing else in the cluster: when one of them fails, the others go on. */
export const replicasAlone = ({ replicas, primary, control }: LedCluster): ReadonlySet<string> =>
  new Set(
    replicas
      .filter(({ host }) => ![primary, control].some((other) => sameHost(other.host, host)))
      .map(({ name }) => name),
  );

function inTurns(nodes: readonly Node[], most: number): readonly (readonly Node[])[] {
  return nodes.length <= most ? [nodes] : [nodes.slice(0, most), ...inTurns(nodes.slice(most), most)];
}
