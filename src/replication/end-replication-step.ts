import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { slotNameOf } from '../model/slot.ts';
import type { Step } from '../engine/step.ts';
import { endReplication, slotFacts, standbyFacts } from '../postgres/replication.ts';

/** Drops a replica's slot, and ends its connections; for the primary, after it no longer lets the replica in. */
export function endReplicationOf(cluster: LedCluster, node: Node): Step {
  const socket = instanceOf(cluster, cluster.primary);
  const slot = slotNameOf(node);
  return {
    title: `Drop slot ${slot}`,

    async diff(host) {
      const [found, { senders }] = await Promise.all([
        host.ask(slotFacts(socket, slot)),
        host.ask(standbyFacts(socket)),
      ]);
      return [
        ...(senders.includes(node.name) ? [`end the connection of ${node.name}`] : []),
        ...(found === null ? [] : [`drop slot ${slot}`]),
      ];
    },

    apply: (host) => host.run(endReplication(socket, node.name, slot)),
  };
}
