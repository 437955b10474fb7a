// What one node's data has that another's has not, read from the files of both.

import type { HostSet } from '../host/with-hosts.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import {
  dataEnd,
  isKnown,
  recordBefore,
  type DataEnd,
  type DataPlace,
  type UnknownData,
} from './data-end-query.ts';
import { goingOn, onlyThere, sharedEnd, type OnlyThere } from './only-there.ts';

/** Where each node's data is. */
export const dataPlaces =
  (cluster: Cluster, hosts: Pick<HostSet, 'get'>) =>
  (node: Node): DataPlace => ({ host: hosts.get(node.name), instance: instanceOf(cluster, node) });

interface Compared {
  /** Undefined when there is none. */
  readonly data: DataEnd | UnknownData | undefined;
  /** Undefined when everything that was committed in it is in the other, too; also when it cannot be read. */
  readonly only: OnlyThere | undefined;
}

/** Whether their servers run, were stopped or have fallen. */
export async function compareData(own: DataPlace, other: DataPlace): Promise<Compared> {
  const data = await own.host.ask(dataEnd(own.instance));
  if (!isKnown(data)) return { data, only: undefined };
  // Asked after the one that follows it, a leader is never behind it.
  const there = await other.host.ask(dataEnd(other.instance));
  if (!isKnown(there) || there.systemIdentifier !== data.systemIdentifier)
    return { data, only: onlyThere(data, []) };
  const only = onlyThere(data, [there]);
  // From where the two part on, where that is left: a checkpoint after it may be all that was read, or one before it.
  const after = only && (await own.host.ask(dataEnd(own.instance, goingOn(data, only.from))));
  const read = isKnown(after) ? after : data;
  const found = onlyThere(read, [there]);
  if (found !== undefined || (await isSame(own, other, [read, there]))) return { data: read, only: found };
  return { data: read, only: onlyThere(read, []) };
}

/** A copy that was started for itself has other WAL at the same position. Where one of both has it no more, nobody can say. */
async function isSame(
  own: DataPlace,
  other: DataPlace,
  [data, there]: readonly [DataEnd, DataEnd],
): Promise<boolean> {
  const lsn = sharedEnd(data, there);
  const [one, two] = await Promise.all([
    own.host.ask(recordBefore(own.instance, data, goingOn(data, lsn))),
    other.host.ask(recordBefore(other.instance, there, goingOn(there, lsn))),
  ]);
  return one === undefined || two === undefined || one === two;
}
