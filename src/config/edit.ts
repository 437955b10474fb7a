// Adds a replica to .env.cluster, or takes one out, without touching anything else in it: comments, order, quotes and
// line endings stay.

import { hostAndPort, sameHost } from '../model/address.ts';
import { configuredReplicas, type Cluster, type Node } from '../model/cluster.ts';
import { ConfigError } from '../model/errors.ts';
import { settingsFor } from '../model/topology.ts';
import { addNumbered, isNumbered, removeNumbered } from './numbered-replicas.ts';
import { parseCluster, readClusterText } from './load.ts';
import { readNodeEntry } from './readers/host.ts';
import { settings } from './settings.ts';
import { shownPath } from './shown-path.ts';
import { replaceFile } from './create-file.ts';

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

/**
 * Takes a replica out of .env.cluster and answers the cluster as it is then, like appendReplica. Throws ConfigError, and
 * leaves the file alone, when the node stands there in a way that is not a list.
 */
export function takeOutReplica(file: string, node: Node): Cluster {
  const { text, cluster } = withoutReplica(file, node);
  replaceFile(file, text);
  return cluster;
}

/** What .env.cluster is without one of its replicas; writes nothing. */
export function withoutReplica(
  file: string,
  node: Node,
): { readonly text: string; readonly cluster: Cluster } {
  const before = readClusterText(file);
  const replicas = configuredReplicas(parseCluster(before, file));
  const position = replicas.findIndex(({ name }) => name === node.name);
  const shorter = removeEntries(before, replicaNames, (entries) => {
    const meant = entries.filter((entry) => means(entry, node));
    return entries.indexOf(meant.length === 1 ? meant[0]! : (entries[position] ?? ''));
  });
  const without = removeNumbered(shorter.split(/(?<=\n)/), (entry) => means(entry, node)).join('');
  const probed = removeEntries(without, ['CLUSTER_DB_HOSTS'], (entries) =>
    entries.findIndex((entry) => entry === node.name || means(entry, node)),
  );
  const text = (node.otherAddresses ?? []).reduce(
    (left) =>
      removeEntries(left, ['CLUSTER_NODE_ADDRESSES'], (entries) =>
        entries.findIndex((entry) => entry.startsWith(`${node.name}=`)),
      ),
    probed,
  );
  const cluster = parseCluster(text, file);
  const isOut = configuredReplicas(cluster).length === replicas.length - 1;
  if (isOut && !configuredReplicas(cluster).some(({ name }) => name === node.name)) return { text, cluster };
  throw new ConfigError({
    what: `${node.name} cannot be taken out of ${shownPath(file)}`,
    why: `It is not an entry of ${replicaNames[0]!} there.`,
    next: ['take it out by hand, with everything that names it'],
  });
}

/**
 * What .env.cluster is when it names one of its replicas as the primary, and the primary in that one's place; writes
 * nothing. Throws ConfigError, with what to write, when the nodes stand there in a way that is not understood.
 */
export function leadingText(file: string, node: Node): { readonly text: string; readonly cluster: Cluster } {
  const before = readClusterText(file);
  const { configuredPrimary: former, nodes } = parseCluster(before, file);
  if (former.name === node.name) return { text: before, cluster: parseCluster(before, file) };
  const swapped = before
    .split(/(?<=\n)/)
    .map((line) => (sets(line, primaryNames) ? replaceEntry(line, former, node) : line))
    .map((line) => (sets(line, replicaNames) ? replaceEntry(line, node, former) : line));
  const text = swapped.join('');
  const cluster = parseSwapped(text, file);
  if (cluster?.configuredPrimary.name === node.name && places(cluster.nodes) === places(nodes))
    return { text, cluster };
  throw new ConfigError({
    what: `${shownPath(file)} is to be changed by hand`,
    why: `It does not name its nodes in ${primaryNames[0]!} and ${replicaNames[0]!} alone. Write there: ${settingsFor({ nodes }, node).join(' and ')}`,
  });
}

/** Name and place of each, whatever their order. */
const places = (nodes: readonly Node[]): string => nodes.map(writeNode).toSorted().join(',');

function parseSwapped(text: string, file: string): Cluster | undefined {
  try {
    return parseCluster(text, file);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** The line with another node in the place of the entry that means this one, with its name and port. */
function replaceEntry(line: string, node: Node, other: Node): string {
  const { start, list, after } = taken(line);
  const entries = list.split(',');
  const index = entries.findIndex((entry) => means(entry.trim(), node));
  if (index === -1) return line;
  const gap = /^\s*/.exec(entries[index]!)![0];
  return `${start}${entries.with(index, `${gap}${writeNode(other)}`).join(',')}${after}`;
}

/** Whether an entry of a list that was understood before can mean a node: what it does not say is left open. */
function means(entry: string, node: Node): boolean {
  if (entry === '') return false;
  const { name = node.name, host, port = node.port } = readNodeEntry(entry);
  return name === node.name && sameHost(host, node.host) && port === node.port;
}

/** A node as an entry of the list: `name=host:port`. */
export const writeNode = ({ name, ...place }: Node): string => `${name}=${hostAndPort(place)}`;

/** The text of .env.cluster with one more entry among the replicas, in every way in which they stand there. */
export function addReplica(text: string, entry: string): string {
  const lines = text.split(/(?<=\n)/);
  const numbered = isNumbered(lines) ? addNumbered(lines, entry) : lines;
  const extended = numbered.map((line) => (isFilled(line) ? extend(line, entry) : line)).join('');
  return extended === text ? startList(lines, entry) : extended;
}

const isFilled = (line: string): boolean => sets(line, replicaNames) && taken(line).list.trim() !== '';

/** The text with a list of this one entry: where an empty one stands, or behind the primary. */
function startList(lines: readonly string[], entry: string): string {
  const index = lines.findIndex((line) => sets(line, replicaNames));
  if (index !== -1) return lines.with(index, extend(lines[index]!, entry)).join('');

  const primary = lines.findIndex((line) => sets(line, primaryNames));
  const at = primary === -1 ? lines.length : primary + 1;
  const ending = lines.some((line) => line.endsWith('\r\n')) ? '\r\n' : '\n';
  const previous = lines[at - 1] ?? '';
  const gap = previous === '' || previous.endsWith('\n') ? '' : ending;
  return lines.toSpliced(at, 0, `${gap}${replicaNames[0]!}=${entry}${ending}`).join('');
}

type Choose = (entries: readonly string[]) => number;

/** The text of .env.cluster with one entry less in each list of these names that has it; -1 chooses none. */
const removeEntries = (text: string, names: readonly string[], choose: Choose): string =>
  text
    .split(/(?<=\n)/)
    .map((line) => (sets(line, names) ? shorten(line, choose) : line))
    .join('');

const sets = (line: string, names: readonly string[]): boolean =>
  names.includes(/^\uFEFF?\s*(?:export\s+)?([\w.-]+)\s*=/.exec(line)?.[1] ?? '');

// The name with its = and opening quote, the list, and whatever follows it.
const parts = /^([^=]*=[^\S\r\n]*(['"`]?))([^]*)$/;

function taken(line: string): { readonly start: string; readonly list: string; readonly after: string } {
  const [, start = '', quote, rest = ''] = parts.exec(line)!;
  const end = quote ? rest.indexOf(quote) : rest.search(/\s*(#|$)/);
  const list = end === -1 ? rest.trimEnd() : rest.slice(0, end);
  return { start, list, after: rest.slice(list.length) };
}

function shorten(line: string, choose: Choose): string {
  const { start, list, after } = taken(line);
  const entries = list.split(',');
  const index = choose(entries.map((entry) => entry.trim()));
  if (index === -1) return line;
  const kept = entries.toSpliced(index, 1).join(',');
  return `${start}${index === 0 ? kept.trimStart() : kept}${after}`;
}

function extend(line: string, entry: string): string {
  const { start, list, after } = taken(line);
  const separator = list.trim() === '' ? '' : list.includes(', ') ? ', ' : ',';
  return `${start}${list}${separator}${entry}${after.startsWith('#') ? ' ' : ''}${after}`;
}
