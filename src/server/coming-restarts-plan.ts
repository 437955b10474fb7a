import { type LedCluster, type Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import {
  restartOrder,
  standbyParameters,
  type StandbyNode,
  type StandbyValues,
} from '../postgres/standby-parameters.ts';
import type { Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { standbyValues } from '../postgres/file-settings.ts';
import { ifRunning } from '../postgres/psql.ts';
import { restartStages } from './pending-restarts-plan.ts';

/**
 * The restarts that settings will need which are not written yet, in the order in which they will be made. Throws
 * RefusedError when there is no such order.
 */
export async function comingRestarts(
  cluster: LedCluster,
  nodes: readonly Node[],
  hosts: HostSet,
): Promise<readonly Stage[]> {
  const among = cluster.replicas.filter((node) => nodes.includes(node));
  const [primary, ...replicas] = await Promise.all(
    [cluster.primary, ...among].map((node) => standbyToBe(cluster, node, hosts)),
  );
  const { after } = restartOrder(primary!, replicas);
  const isLast = ({ name }: Node): boolean => after.includes(name);
  const [first, last] = [among.filter((one) => !isLast(one)), among.filter(isLast)];
  return restartStages([...first, cluster.primary, ...last], { cluster, hosts, restart: false });
}

async function standbyToBe(cluster: LedCluster, node: Node, hosts: HostSet): Promise<StandbyNode> {
  const instance = instanceOf(cluster, node);
  const current = await hosts.get(node.name).ask(ifRunning(instance, standbyValues(instance)));
  const wanted = { ...current, ...wantedOf(cluster) };
  const restarts = standbyParameters.some((name) => current && wanted[name] !== current[name]);
  return { name: node.name, current, wanted, restarts };
}

/** What .env.cluster says of them; what it does not say stays as it is. */
const wantedOf = ({ postgres }: LedCluster): Partial<StandbyValues> =>
  Object.fromEntries(
    standbyParameters.flatMap((name) => {
      const value = postgres.parameters[name];
      return value === undefined || !/^\d+$/.test(value) ? [] : [[name, Number(value)]];
    }),
  );
