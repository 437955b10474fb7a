// Adds a replica to .env.cluster without touching anything else in it: comments, order, quotes and line endings stay.

import { isIPv6 } from 'node:net';
import type { Cluster, Node } from '../cluster/cluster.ts';
import { parseCluster, readClusterText } from './load.ts';
import { replaceFile } from './replace-file.ts';
import { settings } from './settings.ts';

const replicaNames = ['CLUSTER_DB_REPLICA_HOSTS', ...settings.CLUSTER_DB_REPLICA_HOSTS.aliases];
const primaryNames = ['CLUSTER_DB_PRIMARY_HOST', ...settings.CLUSTER_DB_PRIMARY_HOST.aliases];

/**
 * Adds a node to the replicas of .env.cluster and answers the cluster as it is then. The file is replaced as a whole,
 * with its mode. Throws ConfigError, and leaves the file alone, when the result would not be a cluster.
 */
export function appendReplica(file: string, node: Node): Cluster {
  const text = addReplica(readClusterText(file), writeNode(node));
  const cluster = parseCluster(text, file);
  replaceFile(file, text);
  return cluster;
}

/** A node as an entry of the list: `name=host:port`. */
export const writeNode = ({ name, host, port }: Node): string =>
  `${name}=${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** The text of .env.cluster with one more entry among the replicas. */
export function addReplica(text: string, entry: string): string {
  const lines = text.split(/(?<=\n)/);
  const index = lines.findIndex((line) => sets(line, replicaNames));
  if (index !== -1) return lines.with(index, extend(lines[index]!, entry)).join('');

  const primary = lines.findIndex((line) => sets(line, primaryNames));
  const at = primary === -1 ? lines.length : primary + 1;
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const previous = lines[at - 1] ?? '';
  const gap = previous === '' || previous.endsWith('\n') ? '' : ending;
  return lines.toSpliced(at, 0, `${gap}${replicaNames[0]!}=${entry}${ending}`).join('');
}

const sets = (line: string, names: readonly string[]): boolean =>
  names.includes(/^\uFEFF?\s*(?:export\s+)?([\w.-]+)\s*=/.exec(line)?.[1] ?? '');

// The name with its = and opening quote, the list, and whatever follows it.
const parts = /^([^=]*=[^\S\r\n]*(['"`]?))([^]*)$/;

function extend(line: string, entry: string): string {
  const [, start = '', quote, rest = ''] = parts.exec(line)!;
  const end = quote ? rest.indexOf(quote) : rest.search(/\s*(#|$)/);
  const list = end === -1 ? rest.trimEnd() : rest.slice(0, end);
  const separator = list.trim() === '' ? '' : list.includes(', ') ? ', ' : ',';
  const after = rest.slice(list.length);
  return `${start}${list}${separator}${entry}${after.startsWith('#') ? ' ' : ''}${after}`;
}
