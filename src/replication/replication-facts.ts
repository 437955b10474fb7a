import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { replicaFacts, senderFacts, type ReplicaFacts, type SenderFacts } from '../postgres/replication.ts';

/** One replica, as the primary sees it and as it sees itself. */
export interface ReplicationView {
  readonly node: string;
  readonly primarySees: SenderFacts;
  readonly replicaSees: Pick<ReplicaFacts, 'isInRecovery' | 'receiver' | 'replayLsn'>;
}

export const replicationView = (
  cluster: LedCluster,
  replicas: readonly Node[],
  hosts: HostSet,
): Promise<readonly ReplicationView[]> =>
  Promise.all(
    replicas.map(async (node) => {
      const [primarySees, own] = await Promise.all([
        hosts.get(cluster.primary.name).ask(senderFacts(instanceOf(cluster, cluster.primary), node.name)),
        hosts.get(node.name).ask(replicaFacts(instanceOf(cluster, node))),
      ]);
      const { isInRecovery, receiver, replayLsn } = own;
      return { node: node.name, primarySees, replicaSees: { isInRecovery, receiver, replayLsn } };
    }),
  );
