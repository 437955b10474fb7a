import { change, ensure, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { ReadableHost } from '../host/host.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { patroniSlotOf } from '../model/slot.ts';
import { dropSlot, slotFacts } from '../postgres/replication.ts';
import { changeShared, members } from './patroni-query.ts';
import { isPaused } from './shared-config-step.ts';

/** The lease of a member that was stopped, and some loops; milliseconds. */
const patienceMs = 120_000;

const longestLoopMs = 10_000;

/**
 * On the primary: waits until Patroni knows nothing of a node that was stopped for good, and lets it drop the slot, which
 * it would keep for half an hour. What it is told for that is undone with the shared configuration. While another node is
 * away the slot stays as long: that one's would go as well.
 */
export function forgetMember(after: LedCluster, node: Node): Step {
  const instance = instanceOf(after, after.primary);
  const slot = patroniSlotOf(node);
  async function look(host: ReadableHost) {
    const [seen, found] = await Promise.all([
      host.ask(members(instance)),
      host.ask(slotFacts(instance, slot)),
    ]);
    const isThere = ({ name }: Pick<Node, 'name'>): boolean => seen.some((one) => one.name === name);
    return { isMember: isThere(node), mustDrop: found !== null && after.nodes.every(isThere) };
  }
  const text = `let Patroni forget ${node.name}, and drop slot ${slot}`;
  return ensure(`Forget ${node.name}`, change('patroni.forget', text, node.name), {
    async isRight(host) {
      const { isMember, mustDrop } = await look(host);
      return !isMember && !mustDrop;
    },
    async apply(host, report) {
      const until = (isDone: () => Promise<boolean>, note: string): Promise<boolean> =>
        waitUntil(
          async () => {
            report(note);
            return isDone();
          },
          { deadlineMs: patienceMs, longestPauseMs: 2000 },
        );
      await until(async () => !(await look(host)).isMember, `waiting until Patroni forgets ${node.name}`);
      if (!(await look(host)).mustDrop) return;
      await host.run(changeShared(instance, { member_slots_ttl: 1 }));
      const told = Date.now();
      await until(async () => {
        if (!(await look(host)).mustDrop) return true;
        // Paused, Patroni drops no slot, and makes one again that it has not yet given up: in its next loop it has.
        const hasGivenUp = Date.now() - told > 2 * longestLoopMs;
        if (hasGivenUp && (await isPaused(host, instance))) await host.run(dropSlot(instance, slot));
        return false;
      }, `waiting until Patroni drops slot ${slot}`);
    },
  });
}
