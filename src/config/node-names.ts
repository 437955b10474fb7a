import { dirname, resolve } from 'node:path';
import { readSmallFile } from './read-file.ts';
import { readLines, type Entry } from './read-lines.ts';
import { readNodeEntry } from './readers/node.ts';

export interface NamedNode {
  readonly name: string;
  /** "primary, 10.0.0.11" */
  readonly about: string;
}

interface Host {
  readonly name: string;
  readonly host: string;
}

/**
 * The nodes that a file names, as far as it can be understood. Never throws: who asks for names did not ask for errors.
 * A file as `dbctl init` writes it is read without what reads all settings, which takes longer than all the rest.
 */
export async function nodeNames(file: string): Promise<readonly NamedNode[]> {
  try {
    const path = resolve(file);
    const { entries, problems } = readLines(readSmallFile(path).text, file);
    const plain = readPlainly(entries);
    if (plain) return named(plain.primary, plain.replicas);
    const { examine } = await import('./examine.ts');
    const { primary, replicas } = examine(entries, dirname(path), problems).topology;
    return named(primary, replicas);
  } catch {
    return [];
  }
}

const named = (primary: Host | undefined, replicas: readonly Host[]): readonly NamedNode[] => [
  ...(primary ? [{ name: primary.name, about: `primary, ${primary.host}` }] : []),
  ...replicas.map(({ name, host }) => ({ name, about: `replica, ${host}` })),
];

/** The nodes, when their settings have their own names and every node has one too; undefined otherwise. */
function readPlainly(entries: readonly Entry[]) {
  const valueOf = (setting: string): string | undefined =>
    entries.find(({ name }) => name === setting)?.value;
  const primary = hostsIn(valueOf('CLUSTER_DB_PRIMARY_HOST') ?? '');
  const replicas = hostsIn(valueOf('CLUSTER_DB_REPLICA_HOSTS') ?? '');
  const others = entries.some(
    ({ name }) => /REPLICA.*(?:IP|HOST)/.test(name) && !name.startsWith('CLUSTER_DB_'),
  );
  if (others || primary?.length !== 1 || replicas === undefined) return undefined;
  return { primary: primary[0], replicas };
}

function hostsIn(list: string): readonly Host[] | undefined {
  const entries = list.split(',').flatMap((text) => (text.trim() === '' ? [] : readNodeEntry(text.trim())));
  const hosts = entries.flatMap(({ name, host }) => (name === undefined ? [] : { name, host }));
  return hosts.length === entries.length ? hosts : undefined;
}
