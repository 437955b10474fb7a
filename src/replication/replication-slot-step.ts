import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { slotNameOf } from '../model/slot.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { Host } from '../host/host.ts';
import { ifRunning, onceRunning } from '../postgres/psql.ts';
import {
  dropSlot,
  endReplication,
  replaceSlot,
  slotFacts,
  standbyFacts,
  unusedSlots,
} from '../postgres/replication.ts';

/**
 * Keeps a replica's slot on the primary. One that lost its WAL is of no use and is made anew, also when its replica has
 * caught up from the archive and uses it again: PostgreSQL keeps nothing for it any more.
 */
export function ensureSlot(cluster: LedCluster, node: Node, primary: Host): Step {
  const socket = instanceOf(cluster, cluster.primary);
  const name = slotNameOf(node);
  return {
    title: `Create slot ${name}`,

    async diff() {
      const slot = await primary.ask(onceRunning(socket, slotFacts(socket, name), primary.name));
      if (!slot) return [change('slot.create', `create slot ${name} on ${primary.name}`, name)];
      return slot.isValid
        ? []
        : [
            change(
              'slot.recreate',
              `replace slot ${name} on ${primary.name}: it is invalid and retains no WAL`,
              name,
            ),
          ];
    },

    async apply() {
      await primary.run(replaceSlot(socket, name));
    },
  };
}

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
        ...(senders.includes(node.name)
          ? [change('replication.disconnect', `end the connection of ${node.name}`, node.name)]
          : []),
        ...(found === null ? [] : [change('slot.drop', `drop slot ${slot}`, slot)]),
      ];
    },

    apply: (host) => host.run(endReplication(socket, node.name, slot)),
  };
}

/** On a replica that has led: the slots of those that followed it would keep WAL for ever. */
export function dropUnusedSlots(instance: Instance): Step {
  const what = change('slot.drop', 'drop the slots that replicas had here while it led');
  const found = ifRunning(instance, unusedSlots(instance));
  return ensure('Drop unused slots', what, {
    isRight: async (host) => ((await host.ask(found)) ?? []).length === 0,
    async apply(host) {
      for (const slot of (await host.ask(found)) ?? []) await host.run(dropSlot(instance, slot));
    },
  });
}
