// Patroni as the file wants it: put under a cluster that runs, or taken away again.

import { onMachines } from '../engine/on-machines.ts';
import { oneByOne, onlyOn, type Part, type Plan, type Stage } from '../engine/run-plan.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Host } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { patroniSlotOf, slotNameOf } from '../model/slot.ts';
import { ifRunning } from '../postgres/psql.ts';
import { dropSlot, slotFacts } from '../postgres/replication.ts';
import { verifyStreaming } from '../server/verify-streaming-step.ts';
import { existing } from '../system/removal.ts';
import {
  dropMemberSlots,
  pausePatroni,
  removePatroni,
  restoreConfiguration,
  returnServer,
  stopPatroni,
} from './leave-patroni-step.ts';
import { isKept } from './patroni.ts';
import { ensurePatroniFiles } from './patroni-files-step.ts';
import { streamsThrough } from './patroni-query.ts';
import { checkParameters } from './check-parameters-step.ts';
import { ensureRewindRights, revokeRewindRights } from './rewind-rights-step.ts';
import { runPatroni } from './run-patroni-step.ts';
import { ensureSharedConfig } from './shared-config-step.ts';
import { ensureLease, removeLease } from './lease-step.ts';
import { awaitSynchronous, checkQuorum } from './synchronous-step.ts';

export interface PatroniWork {
  readonly cluster: LedCluster;
  readonly hosts: HostSet;
  /** Those that answer. */
  readonly nodes: readonly Node[];
}

/** Node by node, the primary first, each seen to be well before the next. Nothing without Patroni in the file. */
export function patroniStages({ cluster, hosts, nodes }: PatroniWork): readonly Stage[] {
  if (!isKept(cluster)) return [];
  const control = hosts.get(cluster.control.name);
  const primary = hosts.get(cluster.primary.name);
  const replicas = nodes.filter(({ name }) => name !== cluster.primary.name);
  return [
    onMachines('Check what Patroni can do', nodes, hosts, (node) => [
      checkQuorum(cluster),
      checkParameters(cluster, node),
    ]),
    onlyOn('Let replicas rewind', primary, () => [ensureRewindRights(cluster)]),
    onMachines('Install Patroni', nodes, hosts, (node) =>
      ensurePatroniFiles(cluster, node, control).slice(0, 3),
    ),
    onlyOn('Let Patroni run the primary', primary, () => [
      ...ensureLease(cluster, cluster.primary),
      ...ensurePatroniFiles(cluster, cluster.primary, control).slice(3),
      checkQuorum(cluster),
      runPatroni(cluster, cluster.primary),
      ensureSharedConfig(cluster),
    ]),
    oneByOne(
      onMachines('Let Patroni run the replicas', replicas, hosts, (node) => [
        ...ensureLease(cluster, node),
        ...ensurePatroniFiles(cluster, node, control).slice(3),
        runPatroni(cluster, node),
        streamAsMember(cluster, node),
        verifyStreaming(cluster, node, primary),
        dropFormerSlot(cluster, node, primary),
      ]),
    ),
    onlyOn('Commit on as many nodes as the file says', primary, () => [awaitSynchronous(cluster)]),
  ];
}

/** Patroni makes the slot of a new member in its next loop, and the replica tries again every five seconds. */
const streamAsMember = (cluster: LedCluster, node: Node): Step => {
  const instance = instanceOf(cluster, node);
  const text = `wait until ${node.name} streams through slot ${patroniSlotOf(node)}`;
  return ensure('Stream as a member', change('replication.wait', text, node.name), {
    isRight: async (host) =>
      (await host.ask(ifRunning(instance, streamsThrough(instance)))) === patroniSlotOf(node),
    async apply(host, report) {
      await waitUntil(
        async () => {
          report(text);
          return (await host.ask(ifRunning(instance, streamsThrough(instance)))) === patroniSlotOf(node);
        },
        { deadlineMs: 120_000 },
      );
    },
  });
};

/** The slot of the time before Patroni, on the primary. */
function dropFormerSlot(cluster: LedCluster, node: Node, primary: Host): Step {
  const socket = instanceOf(cluster, cluster.primary);
  const slot = slotNameOf(node);
  return ensure(`Drop slot ${slot}`, change('slot.drop', `drop slot ${slot} on ${primary.name}`, slot), {
    isRight: async () => ((await primary.ask(ifRunning(socket, slotFacts(socket, slot)))) ?? null) === null,
    apply: () => primary.run(dropSlot(socket, slot)),
  });
}

interface LeavingSteps {
  /** How a replica follows without Patroni: its slot on the primary, and where it streams from. */
  readonly follow: (node: Node) => readonly Step[];
}

/** Ends Patroni where the file does not want it any more. */
export const formerPatroniStages = ({ cluster, hosts, nodes }: PatroniWork, { follow }: LeavingSteps): Plan =>
  isKept(cluster) ? [] : [() => leaving({ cluster, hosts, nodes }, follow)];

async function leaving(
  { cluster, hosts, nodes }: PatroniWork,
  follow: LeavingSteps['follow'],
): Promise<readonly Part[]> {
  const found = await Promise.all(
    nodes.map(async (node) => {
      const { patroni, configDirectory } = instanceOf(cluster, node);
      const marks = [
        patroni.lease.unitFile,
        patroni.unitFile,
        patroni.config,
        `${configDirectory}/postgresql.base.conf`,
      ];
      return (await hosts.get(node.name).ask(existing(marks))).length > 0;
    }),
  );
  const members = nodes.filter((_, index) => found[index]);
  if (members.length === 0) return [];
  refuseHalf(cluster, nodes);
  const all = (title: string, steps: (node: Node) => readonly Step[]): Stage =>
    onMachines(title, members, hosts, steps);
  const replicas = members.filter(({ name }) => name !== cluster.primary.name);
  return [
    // One of them tells all.
    oneByOne(all('Pause Patroni', (node) => [pausePatroni(instanceOf(cluster, node))])),
    all('Stop Patroni', (node) => [
      removeLease(instanceOf(cluster, node)),
      stopPatroni(instanceOf(cluster, node)),
    ]),
    all('Give the servers back to systemd', (node) => [returnServer(instanceOf(cluster, node))]),
    onMachines(`Follow ${cluster.primary.name} without Patroni`, replicas, hosts, (node) => follow(node)),
    all('Put the settings back', (node) => [restoreConfiguration(instanceOf(cluster, node))]),
    onMachines('Verify that the replicas stream', replicas, hosts, (node) => [
      verifyStreaming(cluster, node, hosts.get(cluster.primary.name)),
    ]),
    all('Remove Patroni', (node) => [
      ...(node.name === cluster.primary.name ? [revokeRewindRights(cluster)] : []),
      dropMemberSlots(cluster, node),
      removePatroni(instanceOf(cluster, node)),
    ]),
  ];
}

/** A member that is left would lead one day, when its host comes back. */
function refuseHalf(cluster: LedCluster, nodes: readonly Node[]): void {
  const absent = cluster.nodes.filter((node) => !nodes.includes(node)).map(({ name }) => name);
  if (absent.length === 0) return;
  throw new RefusedError({
    what: `Patroni is not taken away while ${absent.join(' and ')} cannot be reached`,
    next: [
      `bring ${absent.join(' and ')} back, then run the same command again`,
      'or keep Patroni: write CLUSTER_HA=patroni into .env.cluster',
      'nothing was changed',
    ],
  });
}
