import { onMachines } from '../engine/on-machines.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { readControl } from '../postgres/control/control-of.ts';
import { foundAt, notOurs } from './owner-facts.ts';
import { stopPostgres } from './stop-postgres-step.ts';

interface Stopping {
  readonly cluster: LedCluster;
  /** The nodes that were named. */
  readonly nodes: readonly Node[];
}

/**
 * Stops servers until `dbctl start`, or until their hosts boot. Throws RefusedError when Patroni would let another node
 * lead in place of one that is stopped.
 */
export async function stopNodes({ cluster, nodes }: Stopping, { changeHosts, confirm }: ChangeAccess) {
  const { primary, name } = cluster;
  if (nodes.includes(primary)) refuseElection({ cluster, nodes });
  return changeHosts(cluster, nodes, async ({ hosts, carryOut }) => {
    await Promise.all(nodes.map((node) => refuseForeign(cluster, node, hosts)));
    if (nodes.includes(primary) && (await runs(cluster, primary, hosts)))
      await confirm(
        name,
        `PostgreSQL on ${primary.name}, the primary of ${name}, is stopped: every connection to it is closed, and no client can write until it is started: dbctl start`,
      );
    return { result: await carryOut(stopStages({ cluster, nodes }, hosts)) };
  });
}

/**
 * A primary ends when its replicas have received all that it wrote, so they end after it. With Patroni they end before it:
 * none is there then to be elected.
 */
function stopStages({ cluster, nodes }: Stopping, hosts: HostSet): readonly Stage[] {
  const { primary, patroni } = cluster;
  const replicas = nodes.filter((node) => node !== primary);
  const stop = (node: Node) => [stopPostgres(instanceOf(cluster, node))];
  const last = onMachines('Stop the replicas', replicas, hosts, stop);
  if (!nodes.includes(primary)) return [last];
  const first = onlyOn('Stop the primary', hosts.get(primary.name), () => stop(primary));
  const stages = patroni === undefined ? [first, last] : [last, first];
  return stages.filter((stage) => stage.hosts.length > 0);
}

const runs = async (cluster: LedCluster, node: Node, hosts: HostSet): Promise<boolean> => {
  const host = hosts.get(node.name);
  return (await host.ask((await readControl(host, instanceOf(cluster, node))).state)).isRunning;
};

async function refuseForeign(cluster: LedCluster, node: Node, hosts: HostSet): Promise<void> {
  if ((await foundAt(cluster, node, hosts.get(node.name))) === 'another') throw notOurs(cluster, node);
}

function refuseElection({ cluster, nodes }: Stopping): void {
  const others = cluster.replicas.filter((node) => !nodes.includes(node)).map(({ name }) => name);
  if (cluster.patroni === undefined || others.length === 0) return;
  const { name } = cluster.primary;
  throw new RefusedError({
    what: `${name} leads, and Patroni would let ${others.join(' or ')} lead in its place`,
    next: [
      `let another node lead first: dbctl switchover --candidate ${others[0]}`,
      'or stop all nodes: dbctl stop',
      'nothing was changed',
    ],
  });
}
