import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { RefusedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { accountOfData, isRegistered } from '../postgres/instance.ts';
import { ofAnotherAccount } from './unusable-data.ts';

/** How a data directory is marked on its host: "orders/pg1". */
export const ownerOf = (cluster: Cluster, node: Node): string => `${cluster.name}/${node.name}`;

/** What is in the place of a node: nothing, the node, or an instance that is another cluster's or nobody's. */
export async function foundAt(
  cluster: Cluster,
  node: Node,
  host: ReadableHost,
): Promise<'nothing' | 'ours' | 'another'> {
  const instance = instanceOf(cluster, node);
  const [isThere, note] = await Promise.all([
    host.ask(isRegistered(instance)),
    host.readFile(instance.ownerNote),
  ]);
  if (!isThere) return 'nothing';
  return note?.content === `${ownerOf(cluster, node)}\n` ? 'ours' : 'another';
}

/** Refuses a node whose data belongs to another account than postgres: its server answers nothing. */
export async function refuseAnotherAccount(cluster: Cluster, node: Node, host: ReadableHost): Promise<void> {
  const instance = instanceOf(cluster, node);
  const account = await host.ask(accountOfData(instance));
  if (account === '' || account === 'postgres') return;
  const { what, next } = ofAnotherAccount(instance, node.name, account);
  throw new RefusedError({
    what: `${node.name} cannot be used: ${what}`,
    next: [next, 'nothing was changed'].flat(),
  });
}

/** The command that sets a node up. */
export const setUpWith = (cluster: Cluster, { name }: Node): string =>
  name === cluster.configuredPrimary.name ? 'dbctl init-primary' : `dbctl add-replica ${name}`;

export function notOurs(cluster: Cluster, node: Node): RefusedError {
  const role = node.name === cluster.configuredPrimary.name ? 'the primary' : 'a replica';
  return new RefusedError({
    what: `${instanceOf(cluster, node).dataDirectory} on ${node.name} is not ${role} of ${cluster.name}`,
    why: 'A server that dbctl set up is recorded on its host. This one is not, or is recorded for another cluster.',
    next: [
      `set it up, or check which cluster it belongs to: ${setUpWith(cluster, node)}`,
      'nothing was changed',
    ],
  });
}
