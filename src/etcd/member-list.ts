// The members as etcd itself counts them, and what a host without a running member has to do. Pure.

import type { Etcd } from '../model/etcd.ts';
import type { Machine } from '../model/cluster.ts';
import { peerUrlOf } from './etcd.ts';

/** One of etcd's own list. */
export interface ListedMember {
  /** As its commands take it: hexadecimal. */
  readonly id: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  /** Whether it ever ran. */
  readonly hasRun: boolean;
}

/** The entry of a machine. */
export const entryOf = (
  etcd: Etcd,
  machine: Machine,
  list: readonly ListedMember[],
): ListedMember | undefined => list.find(({ peerUrls }) => peerUrls.includes(peerUrlOf(etcd, machine)));

/** Those that the file does not name any more. */
export const formerMembers = (etcd: Etcd, list: readonly ListedMember[]): readonly ListedMember[] =>
  list.filter((one) => etcd.members.every((machine) => entryOf(etcd, machine, list) !== one));

/**
 * "goes on": it has data. "new": nobody has any, and all begin together. "listed": it is expected and never ran.
 * "joins": the others have to take it in first, because they do not know it or it has lost its data.
 */
export type Beginning = 'goes on' | 'new' | 'listed' | 'joins';

/** `list`: what another member says; undefined when none answers. */
export function beginningOf(
  etcd: Etcd,
  machine: Machine,
  hasData: boolean,
  list: readonly ListedMember[] | undefined,
): Beginning {
  if (list === undefined) return hasData ? 'goes on' : 'new';
  const own = entryOf(etcd, machine, list);
  // What is no member any more takes its data nowhere.
  if (own === undefined) return 'joins';
  if (hasData) return 'goes on';
  return own.hasRun ? 'joins' : 'listed';
}

/** How many must be up for the others to go on. */
export const quorumOf = (count: number): number => Math.floor(count / 2) + 1;

/** What a member without data is told: ETCD_INITIAL_…, which is of no meaning later. */
export function firstStartText(
  cluster: string,
  state: 'new' | 'existing',
  members: readonly { readonly name: string; readonly peerUrl: string }[],
): string {
  return [
    `ETCD_INITIAL_CLUSTER=${members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(',')}`,
    `ETCD_INITIAL_CLUSTER_TOKEN=dbctl-${cluster}`,
    `ETCD_INITIAL_CLUSTER_STATE=${state}`,
    '',
  ].join('\n');
}
