// Two ways to write one node.

import { sameHost } from '../model/address.ts';
import type { NodeEntry } from './readers/node.ts';

/** The node that both entries mean, with what either of them says; undefined when they cannot mean one node. */
export function joinNodes(one: NodeEntry, other: NodeEntry, defaultPort: number): NodeEntry | undefined {
  const samePort = (one.port ?? defaultPort) === (other.port ?? defaultPort);
  const sameName = one.name === undefined || other.name === undefined || one.name === other.name;
  if (!samePort || !sameName) return undefined;
  const host = commonHost(one, other);
  return host === undefined
    ? undefined
    : { name: one.name ?? other.name, host, port: one.port ?? other.port };
}

/** `pg1` and `pg1=10.0.0.11` are one host: the second says where it is. */
function commonHost(one: NodeEntry, other: NodeEntry): string | undefined {
  if (sameHost(one.host, other.host)) return one.host;
  if (one.name !== undefined && sameHost(one.name, other.host)) return one.host;
  if (other.name !== undefined && sameHost(other.name, one.host)) return other.host;
  return undefined;
}

/** The nodes that both lists mean, in the order of the first; undefined when they are not the same nodes. */
export function joinNodeLists(
  one: readonly NodeEntry[],
  other: readonly NodeEntry[],
  defaultPort: number,
): readonly NodeEntry[] | undefined {
  const left = [...other];
  const joined = one.flatMap((entry) => {
    const index = left.findIndex((candidate) => joinNodes(entry, candidate, defaultPort) !== undefined);
    return index === -1 ? [] : joinNodes(entry, left.splice(index, 1)[0]!, defaultPort)!;
  });
  return joined.length === one.length && left.length === 0 ? joined : undefined;
}
