import type { Backup } from '../model/backup.ts';
import type { LedCluster, Machine, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { roomForCopy } from '../server/needed-room.ts';
import { onlyOn, together, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { ensureArchiving } from '../backup/archiving-step.ts';
import { checkHost } from '../server/check-host-step.ts';
import { checkSameCluster } from './check-same-cluster-step.ts';
import { cloneReplica } from './clone-replica-step.ts';
import { ensureFollowing } from './follow-primary-step.ts';
import { ensureHba } from '../server/hba-step.ts';
import { installPostgres } from '../server/install-postgres-step.ts';
import { listReplica } from './list-replica-step.ts';
import { forgetKeptData } from './make-room-step.ts';
import { ownDataDirectory } from '../server/data-directory-step.ts';
import { verifyNodeLinks } from '../backup/pgbackrest-links-step.ts';
import { reloadSettings } from '../server/reload-settings-step.ts';
import { ensureSlot } from './replication-slot-step.ts';
import { verifyReplicationLogin } from '../server/verify-replication-login-step.ts';
import { archiveOf } from '../backup/archived-wal-facts.ts';
import { verifyStreaming } from '../server/verify-streaming-step.ts';
import { connectionStages, machinesUnder } from '../backup/connections-plan.ts';
import type { CloneMethods } from './clone-method-facts.ts';
import type { Source } from '../server/source-facts.ts';
import { credentialSteps, serverSteps } from '../server/node-step.ts';
import { ownerOf } from '../server/owner-facts.ts';
import { restartStages, type Restart } from '../server/pending-restarts-plan.ts';

export interface AddReplicaOptions {
  readonly restart: Restart;
  /** How the cluster is backed up, when backups are set up: the replicas get their part in it. */
  readonly backup?: Backup | undefined;
  /** Whether what the nodes hold is replaced, whatever it is. */
  readonly replaces?: boolean;
  /** From where each replica is made; the primary for one that is not there. */
  readonly methods?: CloneMethods;
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
  { restart, backup, replaces = false, methods = new Map() }: AddReplicaOptions,
): readonly Stage[] {
  const primary = source.host;
  const control = hosts.get(cluster.control.name);
  const onEach = (title: string, steps: (node: Node) => readonly Step[]): Stage =>
    together(
      title,
      nodes.map(({ name }) => hosts.get(name)),
      ({ name }) => steps(nodes.find((node) => node.name === name)!),
    );
  const archiving = (node: Node): readonly Step[] => (backup ? [ensureArchiving(cluster, backup, node)] : []);
  return [
    onEach('Check the hosts', (node) => checks(cluster, node, source, replaces)),
    onEach(`Install PostgreSQL ${cluster.postgres.version}`, () => installPostgres(cluster.postgres.version)),
    onlyOn('Allow the replicas in pg_hba.conf', primary, () => [
      ...nodes.map((node) => listReplica(cluster, node)),
      ensureHba(cluster, cluster.primary),
      reloadSettings(instanceOf(cluster, cluster.primary)),
    ]),
    ...(backup ? connectionStages({ cluster, backup, hosts }, nodes) : []),
    onEach('Prepare the replicas', (node) => [
      ownDataDirectory(instanceOf(cluster, node), ownerOf(cluster, node)),
      ...credentialSteps(cluster, node, control),
      verifyReplicationLogin(cluster, node),
    ]),
    onEach('Clone the primary', (node) => [
      ensureSlot(cluster, node, primary),
      cloneReplica(cluster, node, source, methods.get(node.name)),
    ]),
    onEach('Run PostgreSQL', (node) => [
      ...serverSteps(cluster, node, archiving(node)),
      ensureFollowing(cluster, node),
    ]),
    ...restartStages(nodes, { cluster, hosts, restart }),
    onEach('Verify that the replicas stream', (node) => [
      verifyStreaming(cluster, node, primary, backup && archiveOf(cluster, backup.stanza, control)),
      forgetKeptData(instanceOf(cluster, node)),
    ]),
    ...(backup
      ? [
          onlyOn('Verify the connections for backups', control, () => [
            verifyNodeLinks(cluster, backup, nodes),
          ]),
        ]
      : []),
  ];
}

export const neededBytes = ({ databaseBytes }: Source): number => roomForCopy(databaseBytes);

const checks = (cluster: LedCluster, node: Node, source: Source, replaces: boolean): readonly Step[] => {
  const instance = instanceOf(cluster, node);
  const owner = ownerOf(cluster, node);
  return [
    checkHost({ instance, owner, role: replaces ? 'replaced' : 'replica', neededBytes: neededBytes(source) }),
    checkSameCluster(instance, source.systemIdentifier),
  ];
};
