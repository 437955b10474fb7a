import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { Stage } from '../engine/run-plan.ts';
import { RefusedError } from '../model/errors.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { reloadSettings } from './reload-settings-step.ts';
import { onMachines } from '../engine/on-machines.ts';
import { readNodeFacts, refuseBadFiles } from './node-facts.ts';

/** Reloads nodes, and answers what waits for a restart after it. */
export const reloadNodes = (cluster: Cluster, nodes: readonly Node[], { changeHosts }: ChangeAccess) =>
  changeHosts(cluster, nodes, async ({ hosts, carryOut }) => {
    const result = await carryOut(await reloadPlan(cluster, nodes, hosts));
    return { result, nodes: await waitingNodes(cluster, nodes, hosts) };
  });

/** All nodes read their files anew. Throws RefusedError, and reloads none, when one of them does not run or would refuse. */
export async function reloadPlan(
  cluster: Cluster,
  nodes: readonly Node[],
  hosts: HostSet,
): Promise<readonly Stage[]> {
  const facts = await readNodeFacts(cluster, nodes, hosts);
  const down = facts.filter(({ inRecovery }) => inRecovery === undefined).map(({ node }) => node.name);
  if (down.length > 0) throw notRunning(down);
  refuseBadFiles(facts);
  const reload = (node: Node) => reloadSettings(instanceOf(cluster, node), { always: true });
  return [onMachines('Reload the settings', nodes, hosts, (node) => [reload(node)])];
}

/** What waits for a restart on which node. Also in the JSON of `dbctl reload -o json`. */
export interface Waiting {
  readonly name: string;
  readonly pendingRestart: readonly string[];
}

/** Asked after a reload. */
export async function waitingNodes(
  cluster: Cluster,
  nodes: readonly Node[],
  hosts: HostSet,
): Promise<readonly Waiting[]> {
  const facts = await readNodeFacts(cluster, nodes, hosts);
  return facts.map(({ node, pendingRestart }) => ({ name: node.name, pendingRestart }));
}

const notRunning = (names: readonly string[]): RefusedError =>
  new RefusedError({
    what: `PostgreSQL does not run on ${names.join(', ')}`,
    next: [
      `start it: dbctl restart ${names.join(' ')}`,
      'or name the nodes that run: dbctl reload NODE…',
      'nothing was changed',
    ],
  });
