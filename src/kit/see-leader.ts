// For commands that work with the node that leads, whatever the file says.

import type { LoginOptions } from '../host/ask-machines.ts';
import { ledAsConfigured, type Cluster, type LedCluster } from '../model/cluster.ts';
import type { NodeSight } from '../model/topology.ts';

/**
 * The cluster as it is led now. Says on stderr when the file names another primary. Throws RefusedError when two nodes
 * lead, or when nobody can be taken for the leader. `givenUp`: the node whose data is to be replaced.
 */
export async function seeLeader(
  cluster: Cluster,
  login: LoginOptions,
  givenUp?: string,
): Promise<LedCluster> {
  // A single node leads, or nobody does: whoever works with it finds out.
  if (cluster.nodes.length === 1) return ledAsConfigured(cluster);
  // The control host is logged in on meanwhile: whoever works with the leader needs it next, and meets its failure there.
  login.logins?.at(cluster.control.host, { ...login, ssh: cluster.ssh }).catch(() => {});
  const { readTopology } = await import('../postgres/topology-query.ts');
  const { ledCluster } = await import('../postgres/leader.ts');
  const topology = await readTopology(cluster, login);
  const led = ledCluster(cluster, topology, givenUp);
  await tellLeader(cluster, topology.nodes);
  return led;
}

/** The same cluster, for commands that only look: whoever leads, they show it, and nothing is refused. */
export async function noteLeader(cluster: Cluster, login: LoginOptions): Promise<Cluster> {
  await asLedNow(cluster, login);
  return cluster;
}

/**
 * The cluster as if its file named the node that takes writes now, for looks that judge nodes by their roles. Says on
 * stderr when the file names another one; nothing is refused.
 */
export async function asLedNow(cluster: Cluster, login: LoginOptions): Promise<Cluster> {
  if (cluster.nodes.length === 1) return cluster;
  const { readTopology } = await import('../postgres/topology-query.ts');
  const { leader, nodes } = await readTopology(cluster, login);
  await tellLeader(cluster, nodes);
  return leader === undefined ? cluster : { ...cluster, configuredPrimary: leader.node };
}

/** The same answer. Says who leads when the file says something else, where somebody has looked already. */
export async function tellingLeader<Answer extends { readonly leaders: readonly NodeSight[] }>(
  cluster: Cluster,
  answer: Answer,
): Promise<Answer> {
  await tellLeader(cluster, answer.leaders);
  return answer;
}

async function tellLeader(cluster: Cluster, nodes: readonly NodeSight[]): Promise<void> {
  const { leaderNote } = await import('../postgres/leader.ts');
  await tellNotes([leaderNote(cluster, nodes) ?? []].flat());
}

/** Shows lines that are neither progress, answer nor error. */
export async function tellNotes(notes: readonly string[]): Promise<void> {
  if (notes.length === 0) return;
  const { printable } = await import('../host/printable.ts');
  const { notices } = await import('../ui/current-run.ts');
  for (const note of notes) notices(process.stderr).write(`${printable(note)}\n`);
}
