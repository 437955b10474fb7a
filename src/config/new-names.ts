// Names for what a new cluster needs and nobody named.

import { basename } from 'node:path';
import * as v from 'valibot';
import { isIpAddress, sameHost } from '../model/address.ts';
import { isBucketName } from './readers/backup.ts';
import { clusterName, databaseName, roleName } from './readers/name.ts';
import { readNodeEntry, type NodeEntry } from './readers/host.ts';
import type { Reader } from './readers/reader.ts';
import { gather } from './problem.ts';
import { randomInt } from 'node:crypto';

/** The directory's name as the name of a cluster, as far as it can be one; else main. */
export function clusterNameFor(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 31)
    .replace(/-$/, '');
  return fits(clusterName, name) ? name : 'main';
}

/** `shop-2` has the database `shop_2`; a name that PostgreSQL reserves, `app`. */
export function databaseFor(cluster: string): string {
  const name = cluster.replaceAll('-', '_');
  return fits(databaseName, name) ? name : 'app';
}

/** Logins after the database, where they can be called so. */
export function rolesFor(database: string): Record<'admin' | 'writer' | 'reader' | 'replication', string> {
  const isUsable = ['admin', 'app', 'readonly'].every((end) => fits(roleName, `${database}_${end}`));
  const stem = isUsable ? database : 'app';
  return {
    admin: `${stem}_admin`,
    writer: `${stem}_app`,
    reader: `${stem}_readonly`,
    replication: 'replicator',
  };
}

/** Undefined where the cluster's own name can be the bucket's, or is no name. */
export const bucketFor = (cluster: string): string | undefined =>
  isBucketName(cluster) || !fits(clusterName, cluster) ? undefined : `${cluster}-backups`;

/** The nodes as they were written; those that are only an address are called pg1, pg2, … after their place. */
export function namedNodes(texts: readonly string[]): readonly string[] {
  const taken = new Set(texts.flatMap((text) => entryOf(text)?.name ?? []));
  return texts.map((text, index) => {
    const name = `pg${index + 1}`;
    return isBareAddress(entryOf(text)) && !taken.has(name) ? `${name}=${text}` : text;
  });
}

/** The nodes that can be read at all. */
export const readableNodes = (texts: readonly string[]): readonly string[] =>
  texts.filter((text) => entryOf(text) !== undefined);

/** The control host as it was written; one that is only an address of its own is called control. */
export function namedMachine(text: string, nodes: readonly string[]): string {
  const entry = entryOf(text);
  const others = nodes.flatMap((node) => entryOf(node) ?? []);
  const isTaken = others.some(({ name, host }) => name === 'control' || sameHost(host, entry?.host ?? ''));
  return isBareAddress(entry) && !isTaken ? `control=${text}` : text;
}

const isBareAddress = (entry: NodeEntry | undefined): boolean =>
  entry !== undefined && entry.name === undefined && isIpAddress(entry.host);

const entryOf = (text: string): NodeEntry | undefined => gather([], {}, () => readNodeEntry(text));

const fits = (reader: Reader<string>, text: string): boolean => v.safeParse(reader, text).success;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits, which need no quotes anywhere: 5.95 bits each, so 32 are worth 190 bits. */
export const randomSecret = (length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
